// Workbooks dropped on the page: unpacked behind the lock, ranked as the same list in CSV, or refused in plain words.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, launch, listed, open, ranked, records, sample } from "./support.mjs";
import { workbook } from "./workbook.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const told = (page) => page.locator(".notice").textContent();

test("a workbook is ranked as the same list in CSV, and its sheet is told", async () => {
  const page = await open(browser);
  const rows = records(await sample());
  await choose(page, "leads.csv", await sample());
  await listed(page);
  const asText = await ranked(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await choose(page, "leads.xlsx", workbook({ Notes: [["only this"]], "Leads & more": rows }));
  await page.locator("#sheet").waitFor();
  assert.equal(await page.locator("#sheet").textContent(), "Read from the sheet “Leads & more”, the one of 2 with the most cells.");
  const asBook = await ranked(page);
  assert.deepEqual(records(asBook.bytes.toString()), records(asText.bytes.toString()));
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("another meaning of a column keeps the sheet", async () => {
  const page = await open(browser);
  const industry = "Software Development";
  const rows = [["Name", "What they do", "Industry"], ["Ada", "CTO", industry], ["Bob", "Intern", industry]];
  await choose(page, "list.xlsx", workbook({ "Feuille 1": rows }));
  await listed(page);
  await page.click("details.columns summary");
  const first = () => page.locator("table.leads tr.lead").first().textContent();
  const before = await first();
  await page.getByLabel('Read "What they do" as').selectOption("jobtitle");
  await page.waitForFunction((text) => document.querySelector("table.leads tr.lead")?.textContent !== text, before);
  assert.equal(await page.locator("#sheet").textContent(), "Read from the sheet “Feuille 1”.");
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("what is no workbook is refused with what to do, and the page goes on", async () => {
  const page = await open(browser);
  for (const [bytes, words] of [
    [Buffer.from("\xD0\xCF\x11\xE0 an old one", "latin1"), "save it as .xlsx"],
    [Buffer.from("PK\x03\x04 cut off"), "damaged"],
    [workbook({ Empty: [] }), "empty"],
  ]) {
    await choose(page, "leads.xlsx", bytes);
    await page.locator(".notice").waitFor();
    assert.ok((await told(page)).includes(words), await told(page));
    await page.locator(".notice button").click();
    await page.locator(".notice").waitFor({ state: "detached" });
  }
  await choose(page, "leads.csv", await sample());
  await listed(page);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a workbook that takes long can be given up", async () => {
  const page = await open(browser);
  const rows = Array.from({ length: 60_000 }, (_, at) => [`Lead ${at}`, "Chief executive officer", at, "x".repeat(40)]);
  await choose(page, "long.xlsx", workbook({ Leads: [["Name", "Job title", "Number", "Note"], ...rows] }));
  await page.locator("#cancel").click();
  await page.locator(".notice").waitFor();
  assert.ok((await told(page)).includes("Stopped"));
  await choose(page, "leads.csv", await sample());
  await listed(page);
  assert.equal(await page.locator("#sheet").count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.close();
});
