// The same leads get the same scores on the page, on the command line and from the API; search and sorting of the sample.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import {
  PROGRAM, dropFile, exportLeads, launchBrowser, openPage, parseCsv, postJson, thousandLeads, waitForList,
} from "./support.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** Scores a list on the command line. */
async function scoreByCommandLine(text) {
  const folder = await mkdtemp(join(tmpdir(), "leadlight-"));
  try {
    const [list, scored] = [join(folder, "leads.csv"), join(folder, "scored.csv")];
    await writeFile(list, text);
    await promisify(execFile)(PROGRAM, ["score", list, "-o", scored]);
    return await readFile(scored);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("1,000 leads dropped on the page are scored as on the command line and by the API", async () => {
  const text = await thousandLeads();
  const page = await openPage(browser);
  await dropFile(page, "leads.csv", text);
  await waitForList(page);
  const { name, bytes } = await exportLeads(page);
  assert.equal(name, "leads-ranked.csv");
  assert.ok(bytes.equals(await scoreByCommandLine(text)), "the page and the command line write different files");

  const [header, ...rows] = parseCsv(bytes.toString());
  assert.equal(rows.length, 1000);
  const added = ["rank", "probability", "score", "grade", "label", "confidence", "model_version"];
  assert.deepEqual(header.slice(-added.length), added);
  const fields = header.slice(0, -added.length);
  const lead = (row) => Object.fromEntries(fields.map((field, at) => [field, row[at]]).filter(([, cell]) => cell !== ""));
  const { status, body } = await postJson("predict/batch", { leads: rows.map(lead) });
  assert.equal(status, 200);
  const column = (name) => rows.map((row) => row[header.lastIndexOf(name)]);
  const ours = (name) => body.predictions.map((prediction) => String(prediction[name] ?? ""));
  for (const name of ["probability", "score", "grade", "label", "confidence", "model_version"]) {
    assert.deepEqual(column(name), ours(name), `${name} differs between page and API`);
  }
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a manually entered lead gets the same score from the API", async () => {
  const lead = { jobtitle: "Head of Sales", industry: "Computer Software", companysize: "51-200", companyfoundedon: "2012" };
  const page = await openPage(browser);
  await page.click("#by-hand");
  for (const [field, value] of Object.entries(lead)) {
    const input = page.locator(`#field-${field}`);
    if ((await input.evaluate((element) => element.tagName)) === "SELECT") await input.selectOption(value);
    else await input.fill(value);
  }
  await page.click("#score");
  const shown = await page.locator("[data-probability]").getAttribute("data-probability");
  const { body } = await postJson("predict", lead);
  assert.equal(Number(shown), body.probability);
  assert.equal(await page.locator("#verdict .letter").textContent(), body.grade);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("search is debounced and requests only the last text", async () => {
  const page = await openPage(browser);
  await page.click("#sample");
  await waitForList(page);
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    window.searches = [];
    Worker.prototype.postMessage = function (...message) {
      window.searches.push(message[0][0].Rows?.query.search);
      return postMessage.apply(this, message);
    };
  });
  await page.locator("#search").pressSequentially("sales");
  await page.getByText(/ of 500 leads$/).waitFor();
  assert.equal(await page.inputValue("#search"), "sales");
  assert.deepEqual(await page.evaluate(() => window.searches), ["sales"]);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("the heading of each new view has the focus", async () => {
  const page = await openPage(browser);
  const focused = () => page.evaluate(() => [document.activeElement.tagName, document.activeElement.textContent]);
  await page.click("#by-hand");
  assert.deepEqual(await focused(), ["H1", "Score one lead"]);
  await page.getByRole("button", { name: "Back" }).click();
  assert.deepEqual(await focused(), ["H1", "Know whom to write to first."]);
  await page.click("#sample");
  await waitForList(page);
  assert.deepEqual(await focused(), ["H1", "sample-leads.csv"]);
  await page.close();
});

test("the sample can be sorted, paged, searched and filtered", async () => {
  const page = await openPage(browser);
  await page.click("#sample");
  await waitForList(page);
  const scores = () => page.locator("td.score span").allTextContents();
  const best = (await scores()).map(Number);
  assert.ok(best.length > 10 && best.length < 100, "invisible rows are rendered");
  assert.deepEqual(best, best.toSorted((a, b) => b - a));

  await page.click("th.score .sort");
  await page.locator('th.score[aria-sort="ascending"]').waitFor();
  await page.locator("table.leads:not(.stale)").waitFor();
  const worst = (await scores()).map(Number);
  assert.deepEqual(worst, worst.toSorted((a, b) => a - b));

  const frame = page.locator(".list-body > .table-frame");
  await page.click("#paged");
  await page.waitForFunction(() => document.querySelectorAll("tr.lead").length === 100);
  await page.click(".pager button:last-child");
  await page.getByText("101–200 of 500").waitFor();
  await frame.evaluate((element) => (element.scrollTop = 500));
  await page.click("#paged");
  await page.fill("#search", "no such lead anywhere");
  await page.getByText("No lead matches").waitFor();
  await page.fill("#search", "");
  await page.click(".chip.grade-a");
  await page.locator("table.leads:not(.stale)").waitFor();
  await page.getByText(/ of 500 leads$/).waitFor();
  assert.deepEqual([...new Set(await page.locator("td.grade .letter").allTextContents())], ["A"]);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});
