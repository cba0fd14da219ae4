// The monitoring document: another page with another policy, which asks an API and draws what it tells.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { BASE, launchBrowser } from "./support.mjs";

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** Opens the document and keeps what the console complains of; `answer` stands in for the API. */
async function visit(query, answer) {
  const page = await browser.newPage({ acceptDownloads: true });
  page.consoleErrors = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => page.consoleErrors.push(String(error)));
  if (answer) await page.route(/\/monitoring\/data(\?|$)/, answer);
  await page.goto(`${BASE}monitoring.html${query}`);
  return page;
}

const shown = (page) => page.locator("#page h1").waitFor();

/** The overview that the document itself keeps as a file: JSON as the API sends it. */
async function overview(page) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("[data-way=data]")]);
  return JSON.parse(await readFile(await file.path(), "utf8"));
}

test("simulated data is drawn without any API, marked on every picture, and kept as report and JSON", async () => {
  const page = await visit("?simulated=true&window=week");
  await shown(page);
  const pictures = await page.locator("svg.chart").count();
  assert.ok(pictures >= 12, `${pictures} pictures`);
  assert.equal(await page.locator("text.ink-simulated").count(), pictures);
  assert.equal(await page.locator("figure").count(), await page.locator("figure table").count());
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("[data-way=report]")]);
  assert.equal(file.suggestedFilename(), "leadlight-drift.html");
  const report = await readFile(await file.path(), "utf8");
  assert.ok(report.length < 2_000_000 && report.includes("Drift report") && !report.includes("<script"));
  assert.equal((await overview(page)).simulated, true);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("links and forms change what is shown and the address, and the way back leads back", async () => {
  const page = await visit("?simulated=true&window=week");
  await shown(page);
  await page.getByRole("link", { name: "Hour", exact: true }).click();
  await page.getByText("the last hour").waitFor();
  assert.match(page.url(), /\?window=hour&simulated=true$/);
  await page.locator("input[name=threshold]").fill("0.7");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("at least 0.7").waitFor();
  assert.match(page.url(), /threshold=0\.7/);
  await page.goBack();
  await page.getByText("at least 0.5").first().waitFor();
  await page.getByRole("link", { name: "Older" }).click();
  await page.getByRole("link", { name: "Newest" }).waitFor();
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("what the API tells is drawn; texts in it stay texts", async () => {
  const source = await visit("?simulated=true");
  await shown(source);
  const told = await overview(source);
  await source.close();
  told.simulated = false;
  told.choice.simulated = false;
  told.model.name = "<img src=x onerror=alert(1)>";
  const page = await visit("", (route) => route.fulfill({ json: told }));
  await shown(page);
  await page.getByText("<img src=x onerror=alert(1)>").waitFor();
  assert.equal(await page.locator("#page img, .mark").count(), 0);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a key is asked for, sent in the header alone, and not kept", async () => {
  const keys = [];
  const page = await visit("", (route) => {
    keys.push(route.request().headers().authorization ?? null);
    return route.fulfill({ status: keys.length < 2 ? 401 : 403, json: {} });
  });
  await page.getByText("The API asks for a key.").waitFor();
  await page.locator("#key-value").fill("secret");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("did not take this key").waitFor();
  assert.deepEqual(keys, [null, "Bearer secret"]);
  assert.equal(await page.locator("#key-value").inputValue(), "");
  assert.ok(!page.url().includes("secret"));
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  await page.close();
});

test("once the page has started no other address can be reached", async () => {
  const page = await visit("?simulated=true");
  await shown(page);
  const reached = await page.evaluate(async () => {
    const tries = ["http://127.0.0.1:1/", "https://example.com/"].map((address) => fetch(address, { mode: "no-cors" }));
    return (await Promise.allSettled(tries)).filter((one) => one.status === "fulfilled").length;
  });
  assert.equal(reached, 0);
  assert.ok(page.consoleErrors.some((words) => words.includes("Content Security Policy")), page.consoleErrors.join("\n"));
  await page.close();
});

test("what is wrong is said in a sentence, with a way on", async () => {
  for (const [answer, words] of [
    [{ status: 404, json: {} }, "no monitoring"],
    [{ status: 503, json: {} }, "status 503"],
    [{ status: 200, body: "{}" }, "not understood"],
  ]) {
    const page = await visit("", (route) => route.fulfill(answer));
    await page.getByText(words).waitFor();
    await page.getByRole("link", { name: "simulated data" }).click();
    await shown(page);
    await page.close();
  }
  const wrong = await visit("?threshold=2");
  await wrong.getByText("threshold should be a number from 0 to 1.").waitFor();
  await wrong.close();
});
