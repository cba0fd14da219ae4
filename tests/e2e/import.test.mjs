// Lists as exporters write them, dropped on the page: recognised, explained, and corrected by hand.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { choose, launch, listed, open } from "./support.mjs";

const FOLDER = new URL("../fixtures/imports/", import.meta.url);

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("every export of the collection is ranked as expected", async () => {
  const names = (await readdir(FOLDER)).filter((name) => !name.endsWith(".json"));
  assert.ok(names.length >= 10);
  for (const name of names) {
    const wanted = JSON.parse(await readFile(new URL(name.replace(/\.[a-z]+$/, ".json"), FOLDER), "utf8"));
    const page = await open(browser);
    await choose(page, name, await readFile(new URL(name, FOLDER)));
    await listed(page);
    assert.equal(await page.locator("table.leads tr.lead").count(), wanted.leads, name);
    await page.click("details.columns summary");
    await page.locator("details.columns table").waitFor();
    const columns = await page.locator("details.columns tbody tr").evaluateAll((rows) =>
      rows.map((row) => [row.querySelector("th").textContent, row.querySelector("select").value]),
    );
    const read = Object.fromEntries(columns.filter(([, field]) => field !== ""));
    assert.deepEqual(read, wanted.fields, name);
    const told = await page.locator(".asides").textContent();
    assert.equal(told.includes("Windows-1252"), wanted.encoding === "Windows-1252", name);
    assert.equal(told.includes(`named on line ${wanted.line}`), wanted.line > 1, name);
    assert.deepEqual(page.complaints, []);
    await page.close();
  }
});

test("people who stand in a list twice can be shown once, by the best of their leads", async () => {
  const page = await open(browser);
  const rows = [
    "Ada Lind,ada@x.example,Intern",
    "Bob Berg,bob@x.example,CTO",
    "A. Lind,ADA@x.example,Founder and CEO",
  ];
  await choose(page, "list.csv", ["Name,Email,Title", ...rows].join("\n"));
  await listed(page);
  const names = () => page.locator("table.leads tr.lead").evaluateAll((rows) => rows.map((row) => row.textContent));
  assert.equal((await names()).length, 3);
  const best = (await names()).find((row) => row.includes("Lind"));
  await page.click("#fold");
  await page.waitForFunction(() => document.querySelectorAll("table.leads tr.lead").length === 2);
  assert.deepEqual((await names()).filter((row) => row.includes("Lind")), [best]);
  await page.click("#fold");
  await page.waitForFunction(() => document.querySelectorAll("table.leads tr.lead").length === 3);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("what a column means is changed by picking, and the list is ranked anew", async () => {
  const page = await open(browser);
  await choose(page, "list.csv", "Name,What they do,Industry\nAda,CTO,Software Development\nBob,Intern,Software Development\n");
  await listed(page);
  const scores = () => page.locator("table.leads tr.lead").evaluateAll((rows) => rows.map((row) => row.textContent));
  const before = await scores();
  await page.click("details.columns summary");
  await page.getByLabel('Read "What they do" as').selectOption("jobtitle");
  await page.waitForFunction((text) => document.querySelector("table.leads tr.lead")?.textContent !== text, before[0]);
  await page.click("details.columns summary");
  assert.equal(await page.getByLabel('Read "What they do" as').inputValue(), "jobtitle");
  assert.notDeepEqual(await scores(), before);
  assert.deepEqual(page.complaints, []);
  await page.close();
});
