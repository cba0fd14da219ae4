// Custom models: loaded from disk, rejected when broken, stored on this computer only when asked. Column mappings are stored
// only when asked, too.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { BASE, chooseFile, launchBrowser, waitForList, openPage, exportLeads, parseCsv, sampleCsv } from "./support.mjs";

const MODEL = new URL("../../models/linkedin-engagement-basic.onnx", import.meta.url);

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

const chooseModel = (page, name, bytes) =>
  page.setInputFiles("#model", { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });

/** Returns model and probability of each lead, by name. */
async function scores(page) {
  const { bytes } = await exportLeads(page);
  const [header, ...rows] = parseCsv(bytes.toString());
  const [model, probability, name] = ["model_version", "probability", "name"].map((column) => header.indexOf(column));
  return new Map(rows.map((row) => [row[name], [row[model], row[probability]]]));
}

const LEADS = "name,jobtitle,llm_quality\nAda,CEO,80\nBob,Intern,20\n";

test("a custom model scores the list again, and the site's model on demand", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "leads.csv", LEADS);
  await waitForList(page);
  const before = await scores(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await chooseModel(page, "mine.onnx", await readFile(MODEL));
  await waitForList(page);
  const custom = await scores(page);
  assert.notDeepEqual(custom, before, "the enriched leads are scored by the basic model now");
  assert.deepEqual([...custom.keys()].sort(), ["Ada", "Bob"]);
  await page.getByRole("button", { name: "Another file" }).click();
  await page.getByText("This is your own model, mine.onnx.").waitFor();
  assert.equal(await page.locator("details.model").count(), 1);
  await page.click("#site-model");
  await waitForList(page);
  assert.deepEqual(await scores(page), before);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a broken model is rejected with the reason, and the previous one stays", async () => {
  const page = await openPage(browser);
  const broken = await readFile(MODEL);
  broken[broken.length >> 1] ^= 0xff;
  for (const [name, bytes] of [["broken.onnx", broken], ["text.onnx", "no model at all"], ["empty.onnx", ""]]) {
    await chooseModel(page, name, bytes);
    const notice = page.getByRole("alert").filter({ hasText: name });
    await notice.waitFor();
    assert.match(await notice.textContent(), /cannot be used: .+The one before stays in use/);
  }
  assert.equal(await page.locator("details.model").count(), 2);
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a custom model is stored only when asked, and deleted again", async () => {
  const context = await browser.newContext({ acceptDownloads: true });
  // All pages of a context share its storage.
  const visit = () => openPage({ newPage: () => context.newPage() });
  let page = await visit();
  await chooseModel(page, "mine & yours.onnx", await readFile(MODEL));
  await page.getByText("your own model").waitFor();
  await page.close();
  page = await visit();
  assert.equal(await page.getByText("your own model").count(), 0);
  await chooseModel(page, "mine & yours.onnx", await readFile(MODEL));
  await page.check("#keep-model");
  await page.waitForFunction(async () => (await caches.keys()).includes("leadlight-own-model"));
  await page.close();
  page = await visit();
  await page.getByText("This is your own model, mine & yours.onnx.").waitFor();
  assert.ok(await page.isChecked("#keep-model"));
  await page.uncheck("#keep-model");
  await page.waitForFunction(async () => !(await caches.keys()).includes("leadlight-own-model"));
  await page.close();
  page = await visit();
  assert.equal(await page.getByText("your own model").count(), 0);
  assert.deepEqual(page.consoleErrors, []);
  await context.close();
});

test("column mappings are stored only when asked", async () => {
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await openPage({ newPage: () => context.newPage() });
  const file = "name,What they do,Note\nAda,CEO,x\nBob,Intern,y\n";
  const other = "note,what they do,industry\nx,CTO,Software\n";
  const columns = async (name, text) => {
    await chooseFile(page, name, text);
    await waitForList(page);
    await page.locator("details.columns").evaluate((details) => (details.open = true));
    await page.locator("details.columns table").waitFor();
    return page.locator("details.columns tbody tr select").evaluateAll((all) => all.map((select) => select.value));
  };
  const start = () => page.getByRole("button", { name: "Another file" }).click();
  assert.deepEqual(await columns("other.csv", other), ["", "", "industry"]);
  await start();
  await columns("leads.csv", file.replace("Note", "industry"));
  const select = page.locator("details.columns tbody tr", { hasText: "What they do" }).locator("select");
  await select.selectOption("jobtitle");
  await waitForList(page);
  await start();
  assert.deepEqual(await columns("other.csv", other), ["", "", "industry"], "mappings are stored without opt-in");
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await page.check("#remember");
  await page.locator("details.columns tbody tr select").nth(1).selectOption("jobtitle");
  await waitForList(page);
  await page.goto(BASE);
  await page.locator("#file:enabled").waitFor({ state: "attached" });
  assert.deepEqual(await columns("third.csv", "What They Do\nCTO\n"), ["jobtitle"]);
  await page.uncheck("#remember");
  await start();
  assert.deepEqual(await columns("other.csv", other), ["", "", "industry"]);
  assert.deepEqual(page.consoleErrors, []);
  await context.close();
});
