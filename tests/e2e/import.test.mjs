// Import of lists from other programs: column mapping, notes, corrections.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { chooseFile, launchBrowser, waitForList, openPage } from "./support.mjs";

const FOLDER = new URL("../fixtures/imports/", import.meta.url);

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

test("every fixture export is imported as expected", async () => {
  const names = (await readdir(FOLDER)).filter((name) => !name.endsWith(".json"));
  assert.ok(names.length >= 10);
  for (const name of names) {
    const expected = JSON.parse(await readFile(new URL(name.replace(/\.[a-z]+$/, ".json"), FOLDER), "utf8"));
    const page = await openPage(browser);
    await chooseFile(page, name, await readFile(new URL(name, FOLDER)));
    await waitForList(page);
    assert.equal(await page.locator("table.leads tr.lead").count(), expected.leads, name);
    await page.click("details.columns summary");
    await page.locator("details.columns table").waitFor();
    const columns = await page.locator("details.columns tbody tr").evaluateAll((rows) =>
      rows.map((row) => [row.querySelector("th").textContent, row.querySelector("select").value.replace(/^\+/, "")]),
    );
    const mapping = Object.fromEntries(columns.filter(([, field]) => field !== ""));
    assert.deepEqual(mapping, expected.fields, name);
    const notes = await page.locator(".asides").textContent();
    assert.equal(notes.includes("Windows-1252"), expected.encoding === "Windows-1252", name);
    assert.equal(notes.includes(`named on line ${expected.line}`), expected.line > 1, name);
    assert.deepEqual(page.consoleErrors, []);
    await page.close();
  }
});

test("duplicate leads can be hidden, keeping the best one", async () => {
  const page = await openPage(browser);
  const rows = [
    "Ada Lind,ada@x.example,Intern",
    "Bob Berg,bob@x.example,CTO",
    "A. Lind,ADA@x.example,Founder and CEO",
  ];
  await chooseFile(page, "list.csv", ["Name,Email,Title", ...rows].join("\n"));
  await waitForList(page);
  const names = () => page.locator("table.leads tr.lead").evaluateAll((rows) => rows.map((row) => row.textContent));
  assert.equal((await names()).length, 3);
  const best = (await names()).find((row) => row.includes("Lind"));
  await page.click("#fold");
  await page.waitForFunction(() => document.querySelectorAll("table.leads tr.lead").length === 2);
  assert.deepEqual((await names()).filter((row) => row.includes("Lind")), [best]);
  await page.click("#fold");
  await page.waitForFunction(() => document.querySelectorAll("table.leads tr.lead").length === 3);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("changing the column mapping ranks the list again", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "list.csv", "Name,What they do,Industry\nAda,CTO,Software Development\nBob,Intern,Software Development\n");
  await waitForList(page);
  const scores = () => page.locator("table.leads tr.lead").evaluateAll((rows) => rows.map((row) => row.textContent));
  const before = await scores();
  await page.click("details.columns summary");
  await page.getByLabel('Read "What they do" as').selectOption("jobtitle");
  await page.waitForFunction((text) => document.querySelector("table.leads tr.lead")?.textContent !== text, before[0]);
  await page.click("details.columns summary");
  assert.equal(await page.getByLabel('Read "What they do" as').inputValue(), "jobtitle");
  assert.notDeepEqual(await scores(), before);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a guessed encoding is reported and can be changed", async () => {
  const page = await openPage(browser);
  const name = (bytes) => [...bytes].map((letter) => letter.charCodeAt(0));
  // "Chargé d'études" as a Mac writes it, 1.5 MB behind the start.
  const ascii = "Name,Title,Industry\n" + "Ada,CTO,Software Development\n".repeat(55_000);
  await chooseFile(page, "list.csv", Buffer.from(name(ascii + "Zo\x91 Ren\x8E,Charg\x8E d'\x8Etudes,Retail\n")));
  await waitForList(page);
  const note = page.locator("#encoding");
  assert.match(await note.textContent(), /Mac OS Roman was guessed/);
  await page.fill("#search", "Zoë René");
  await page.waitForFunction(() => document.querySelectorAll("table.leads tr.lead").length === 1);
  await note.locator("select").selectOption("windows-1252");
  await page.waitForFunction(() => document.querySelector("#encoding")?.textContent.includes("written in Windows-1252"));
  assert.equal(await note.locator("select").inputValue(), "windows-1252");
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});
