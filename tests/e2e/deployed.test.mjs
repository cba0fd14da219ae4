// Smoke test of a deployment: health, predictions, the page with a list, the monitoring page. Needs BASE_URL; an API key is
// read from LEADLIGHT_API_KEY.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BASE, chooseFile, launchBrowser, waitForList, openPage, sampleCsv } from "./support.mjs";

const KEY = process.env.LEADLIGHT_API_KEY;
const HEADERS = { "content-type": "application/json", ...(KEY ? { "x-api-key": KEY } : {}) };

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

test("health endpoints report a healthy service", async () => {
  const response = await fetch(new URL("health", BASE));
  assert.equal(response.status, 200);
  const health = await response.json();
  assert.equal(health.status, "healthy");
  assert.equal(health.model_loaded, true);
  assert.equal(await (await fetch(new URL("livez", BASE))).text(), "alive");
});

test("a lead gets the same score alone and in a batch", async () => {
  const lead = { jobtitle: "Head of Marketing", companysize: "51-200" };
  const predict = async (path, body) => {
    const response = await fetch(new URL(path, BASE), { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  const alone = await predict("predict", lead);
  assert.ok(alone.score >= 0 && alone.score <= 1);
  assert.match(alone.label, /engaged/);
  const { predictions, total_count: total } = await predict("predict/batch", { leads: [{}, lead] });
  assert.equal(total, 2);
  assert.equal(predictions[1].score, alone.score);
});

test("the page ranks a list without sending requests", async () => {
  const page = await openPage(browser);
  const sent = [];
  page.on("request", (request) => request.url().startsWith("blob:") || sent.push(request.url()));
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  assert.deepEqual(sent, []);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("the monitoring page loads or requires a key", async () => {
  const response = await fetch(new URL("monitoring", BASE), { headers: HEADERS });
  assert.ok([200, 401, 403].includes(response.status), `${response.status}`);
  if (response.status !== 200) return;
  const page = await browser.newPage({ extraHTTPHeaders: KEY ? { "x-api-key": KEY } : {} });
  await page.goto(new URL("monitoring", BASE).href);
  assert.ok((await page.locator("h2").count()) >= 5);
  await page.close();
});
