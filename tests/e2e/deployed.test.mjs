// A deployment as its visitors meet it, whatever the address: health, a prediction there and back, the page with a list,
// the monitoring page. Needs BASE_URL alone; a key for the API is taken from LEADLIGHT_API_KEY.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BASE, choose, launch, listed, open, sample } from "./support.mjs";

const KEY = process.env.LEADLIGHT_API_KEY;
const HEADERS = { "content-type": "application/json", ...(KEY ? { "x-api-key": KEY } : {}) };

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("it is healthy, in the words that monitors look for", async () => {
  const answer = await fetch(new URL("health", BASE));
  assert.equal(answer.status, 200);
  const health = await answer.json();
  assert.equal(health.status, "healthy");
  assert.equal(health.model_loaded, true);
  assert.equal(await (await fetch(new URL("livez", BASE))).text(), "alive");
});

test("a prediction goes there and back, alone and in a batch", async () => {
  const lead = { jobtitle: "Head of Marketing", companysize: "51-200" };
  const ask = async (path, body) => {
    const answer = await fetch(new URL(path, BASE), { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  };
  const alone = await ask("predict", lead);
  assert.ok(alone.score >= 0 && alone.score <= 1);
  assert.match(alone.label, /engaged/);
  const { predictions, total_count: total } = await ask("predict/batch", { leads: [{}, lead] });
  assert.equal(total, 2);
  assert.equal(predictions[1].score, alone.score);
});

test("the page ranks a list, and none of it is sent", async () => {
  const page = await open(browser);
  const sent = [];
  page.on("request", (request) => request.url().startsWith("blob:") || sent.push(request.url()));
  await choose(page, "leads.csv", await sample());
  await listed(page);
  assert.deepEqual(sent, []);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("the monitoring page is there, or asks for a key", async () => {
  const answer = await fetch(new URL("monitoring", BASE), { headers: HEADERS });
  assert.ok([200, 401, 403].includes(answer.status), `${answer.status}`);
  if (answer.status !== 200) return;
  const page = await browser.newPage({ extraHTTPHeaders: KEY ? { "x-api-key": KEY } : {} });
  await page.goto(new URL("monitoring", BASE).href);
  assert.ok((await page.locator("h2").count()) >= 5);
  await page.close();
});
