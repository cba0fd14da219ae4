// A model of the user's own: opened from disk, refused when broken, kept on this computer only when asked. And what
// columns mean, remembered only when asked.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { BASE, choose, launch, listed, open, ranked, records, sample } from "./support.mjs";

const MODEL = new URL("../../models/linkedin-engagement-basic.onnx", import.meta.url);

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const chooseModel = (page, name, bytes) =>
  page.setInputFiles("#model", { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });

/** The model and probability of each lead, by its place in the file that is taken out. */
async function scores(page) {
  const { bytes } = await ranked(page);
  const [header, ...rows] = records(bytes.toString());
  const [model, probability, name] = ["model_version", "probability", "name"].map((column) => header.indexOf(column));
  return new Map(rows.map((row) => [row[name], [row[model], row[probability]]]));
}

const LEADS = "name,jobtitle,llm_quality\nAda,CEO,80\nBob,Intern,20\n";

test("a model of the user's own scores the list anew, and the site's again when wanted", async () => {
  const page = await open(browser);
  await choose(page, "leads.csv", LEADS);
  await listed(page);
  const before = await scores(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await chooseModel(page, "mine.onnx", await readFile(MODEL));
  await listed(page);
  const own = await scores(page);
  assert.notDeepEqual(own, before, "the enriched leads are scored by the basic model now");
  assert.deepEqual([...own.keys()].sort(), ["Ada", "Bob"]);
  await page.getByRole("button", { name: "Another file" }).click();
  await page.getByText("This is your own model, mine.onnx.").waitFor();
  assert.equal(await page.locator("details.model").count(), 1);
  await page.click("#site-model");
  await listed(page);
  assert.deepEqual(await scores(page), before);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a broken model is refused with the reason, and the one before stays", async () => {
  const page = await open(browser);
  const broken = await readFile(MODEL);
  broken[broken.length >> 1] ^= 0xff;
  for (const [name, bytes] of [["broken.onnx", broken], ["text.onnx", "no model at all"], ["empty.onnx", ""]]) {
    await chooseModel(page, name, bytes);
    const notice = page.getByRole("alert").filter({ hasText: name });
    await notice.waitFor();
    assert.match(await notice.textContent(), /cannot be used: .+The one before stays in use/);
  }
  assert.equal(await page.locator("details.model").count(), 2);
  await choose(page, "leads.csv", await sample());
  await listed(page);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a model is kept on this computer only when asked, and forgotten again", async () => {
  const context = await browser.newContext({ acceptDownloads: true });
  // A context of its own keeps what its pages keep.
  const visit = () => open({ newPage: () => context.newPage() });
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
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("what columns mean is remembered only when asked", async () => {
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await open({ newPage: () => context.newPage() });
  const file = "name,What they do,Note\nAda,CEO,x\nBob,Intern,y\n";
  const other = "note,what they do,industry\nx,CTO,Software\n";
  const columns = async (name, text) => {
    await choose(page, name, text);
    await listed(page);
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
  await listed(page);
  await start();
  assert.deepEqual(await columns("other.csv", other), ["", "", "industry"], "nothing was asked to be remembered");
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await page.check("#remember");
  await page.locator("details.columns tbody tr select").nth(1).selectOption("jobtitle");
  await listed(page);
  await page.goto(BASE);
  await page.locator("#file:enabled").waitFor({ state: "attached" });
  assert.deepEqual(await columns("third.csv", "What They Do\nCTO\n"), ["jobtitle"]);
  await page.uncheck("#remember");
  await start();
  assert.deepEqual(await columns("other.csv", other), ["", "", "industry"]);
  assert.deepEqual(page.complaints, []);
  await context.close();
});
