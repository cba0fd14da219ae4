// What a salesperson does with a ranked list: scroll it, filter it, look at a lead, mark, choose columns, take some out,
// and go on another day. Mostly without a mouse.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { choose, download, launch, listed, open, ranked, records, sample } from "./support.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** A list of so many leads, told apart by their names. */
const many = (leads) => {
  const titles = ["CTO", "Founder and CEO", "Intern", "Sales Director", "Engineer"];
  const cities = ["Paris", "Lyon", ""];
  const row = (at) => `Lead ${at},${titles[at % 5]},${cities[at % 3]},${(at * 37) % 1000}`;
  return ["Name,Title,City,Size", ...Array.from({ length: leads }, (_, at) => row(at))].join("\n");
};

const found = (page) => page.locator("#found").textContent();
const settled = (page) => page.locator("table.leads:not(.stale)").waitFor();

test("rows of a long list come into sight as it is scrolled, and the keyboard reaches the last one", async () => {
  const page = await open(browser);
  await choose(page, "many.csv", many(20_000));
  await listed(page);
  assert.equal(await page.getAttribute("#leads", "aria-rowcount"), "20001");
  assert.ok((await page.locator("tr.lead").count()) < 100);
  await page.locator(".table-frame").evaluate((frame) => (frame.scrollTop = 9_000 * 36));
  await page.locator('tr.lead[aria-rowindex="9002"]').waitFor();
  assert.equal(await page.locator('tr.lead[aria-rowindex="9002"] .rank').textContent(), "9,001");
  await page.focus("#leads");
  await page.keyboard.press("End");
  await page.locator('tr.lead.active[aria-rowindex="20001"]').waitFor();
  assert.equal(await page.getAttribute("#leads", "aria-activedescendant"), "lead-19999");
  const inside = await page.locator("#lead-19999").evaluate((row) => {
    const [row_, frame] = [row.getBoundingClientRect(), row.closest(".table-frame").getBoundingClientRect()];
    return row_.top >= frame.top && row_.bottom <= frame.bottom + 1;
  });
  assert.ok(inside, "the row that the keyboard is at is out of sight");
  await page.keyboard.press("Home");
  await page.locator('tr.lead.active[aria-rowindex="2"]').waitFor();
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a million leads are ranked, scrolled to their end, searched and answered for at every moment", async () => {
  const page = await open(browser);
  await page.evaluate(() => {
    globalThis.beats = 0;
    setInterval(() => (globalThis.beats += 1), 100);
  });
  await choose(page, "million.csv", many(1_000_000));
  await page.locator("#cancel").waitFor();
  const [before, begun] = [await page.evaluate(() => globalThis.beats), Date.now()];
  await page.locator("table.leads tr.lead:not(.waiting)").first().waitFor({ timeout: 240_000 });
  // Half of the beats that were due: a page that waits for its worker would have made next to none.
  const due = (Date.now() - begun) / 100;
  assert.ok((await page.evaluate(() => globalThis.beats)) - before >= due / 2);
  assert.equal(await page.getAttribute("#leads", "aria-rowcount"), "1000001");
  assert.ok((await page.locator("tr.lead").count()) < 100);
  await page.locator(".table-frame").evaluate((frame) => (frame.scrollTop = frame.scrollHeight));
  await page.locator('tr.lead:not(.waiting)[aria-rowindex="1000001"]').waitFor();
  assert.equal(await page.locator('tr.lead[aria-rowindex="1000001"] .rank').textContent(), "1,000,000");
  await page.focus("#leads");
  await page.keyboard.press("Home");
  await page.locator('tr.lead.active[aria-rowindex="2"]').waitFor();
  await page.keyboard.press("End");
  await page.locator('tr.lead.active[aria-rowindex="1000001"]').waitFor();
  await page.fill("#search", "Lead 999999");
  await page.locator('#leads[aria-rowcount="2"]').waitFor({ timeout: 60_000 });
  await settled(page);
  assert.ok((await page.locator("tr.lead").first().textContent()).includes("Lead 999999"));
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("by keyboard alone a lead is opened, marked, closed, selected and taken out", async () => {
  const page = await open(browser);
  await choose(page, "many.csv", many(300));
  await listed(page);
  await page.focus("#leads");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const panel = page.locator(".lead-panel");
  await panel.getByText("Lead 3 of 300").waitFor();
  const name = await page.locator('tr.lead[aria-rowindex="4"] td:nth-child(5)').textContent();
  assert.ok((await panel.locator("dd").allTextContents()).includes(name));
  await panel.getByRole("button", { name: "contacted" }).focus();
  await page.keyboard.press("Enter");
  await page.locator('tr.lead[aria-rowindex="4"] .mark', { hasText: "contacted" }).waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "leads");
  await page.keyboard.press("x");
  await page.getByText("1 lead selected").waitFor();
  const { bytes } = await ranked(page, { which: "The selected" });
  const [header, row, ...more] = records(bytes.toString());
  assert.deepEqual([row[0], row[header.indexOf("mark")], more], [name, "contacted", []]);
  await page.focus("#leads");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a list is filtered by score, mark, what stands in a column and what is missing", async () => {
  const page = await open(browser);
  await choose(page, "many.csv", many(300));
  await listed(page);
  await page.click("#filters");
  const panel = page.locator(".tool");
  await page.selectOption("#filter-column", { label: "City" });
  await panel.getByLabel("Paris").check();
  await page.getByText("100 of 300 leads").waitFor();
  await panel.getByLabel("(empty)").check();
  await page.getByText("200 of 300 leads").waitFor();
  await panel.getByLabel("(anything)").check();
  await page.getByText("200 of 300 leads").waitFor();
  await page.getByRole("button", { name: "Remove the filter of City" }).click();
  await page.getByText("300 leads", { exact: true }).waitFor();
  const scores = await page.locator("td.score span").allTextContents();
  await page.fill("#points-from", scores[0]);
  await page.keyboard.press("Tab");
  await page.locator("#found", { hasText: "of 300" }).waitFor();
  await settled(page);
  assert.deepEqual([...new Set(await page.locator("td.score span").allTextContents())], [scores[0]]);
  await page.click("#clear-filters");
  await page.getByText("300 leads", { exact: true }).waitFor();
  await page.locator("thead .pick input").check();
  await page.getByText("300 leads selected").waitFor();
  await page.locator(".selection").getByRole("button", { name: "replied" }).click();
  await panel.getByLabel("not marked").check();
  await page.getByText("No lead matches").waitFor();
  await page.click("#clear-filters");
  await page.click("#clear-selection");
  await page.getByText("300 leads selected").waitFor({ state: "detached" });
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("columns are chosen and put in order", async () => {
  const page = await open(browser);
  await choose(page, "many.csv", many(50));
  await listed(page);
  const heads = () => page.locator(".leads th.word, .leads th.number:not(.rank)").allTextContents();
  assert.deepEqual(await heads(), ["Name", "Title", "City", "Size"]);
  await page.click("#columns");
  await page.locator(".picker").getByLabel("Title", { exact: true }).uncheck();
  await page.getByLabel("Move Size earlier").click();
  await page.waitForFunction(() => document.querySelectorAll(".leads th").length === 8);
  assert.deepEqual(await heads(), ["Name", "Size", "City"]);
  await settled(page);
  assert.match(await page.locator("tr.lead td:nth-child(6)").first().textContent(), /^\d+$/);
  await page.close();
});

test("what is taken out is what was asked for, in the form that was asked for", async () => {
  const page = await open(browser, { locale: "de-DE", permissions: ["clipboard-read", "clipboard-write"] });
  await choose(page, "odd.csv", 'Name,Title,Id\n=SUM(A1),CTO,007\n"Ada; ""x""",Intern,\n');
  await listed(page);
  const excel = (await ranked(page, { form: "Excel" })).bytes;
  assert.deepEqual([...excel.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.match(excel.toString(), /'=SUM\(A1\);CTO;007;\d;0,\d+/);
  const data = records((await ranked(page)).bytes.toString());
  assert.ok(data.some((row) => row[0] === "=SUM(A1)" && row[2] === "007"));
  const { name, bytes } = await ranked(page, { form: "JSON" });
  assert.equal(name, "odd-ranked.json");
  const leads = JSON.parse(bytes);
  assert.deepEqual(leads.map((lead) => lead.rank), [1, 2]);
  assert.ok(leads.some((lead) => lead.Name === 'Ada; "x"' && typeof lead.probability === "number"));
  await page.click("#copy");
  await page.getByText("Copied").waitFor();
  const pasted = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(pasted, /^Name\tTitle\tId\trank\t/);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("the best so many are taken out, and opened again they are the same", async () => {
  const page = await open(browser);
  await page.click("#sample");
  await listed(page);
  await page.click("#download");
  await page.fill("#best", "20");
  await page.keyboard.press("Tab");
  await page.locator(".take").getByLabel("CRM").check();
  const { bytes } = await download(page, "#take");
  const [header, ...rows] = records(bytes.toString());
  const original = records(await sample());
  assert.equal(rows.length, 20);
  for (const row of rows) assert.ok(original.some((cells) => cells.every((cell, at) => cell === row[at])));
  await page.getByRole("button", { name: "Another file" }).click();
  await choose(page, "again.csv", bytes);
  await listed(page);
  const again = records((await ranked(page)).bytes.toString());
  const at = header.indexOf("probability");
  assert.deepEqual(again.slice(1).map((row) => row[again[0].indexOf("leadlight_probability")]), rows.map((row) => row[at]));
  await page.close();
});

test("a project is saved and opened again with its marks, meanings and filters", async () => {
  const page = await open(browser);
  await choose(page, "many.csv", many(300));
  await listed(page);
  await page.click("details.columns summary");
  await page.getByLabel('Read "City" as').selectOption("location");
  await page.waitForFunction(() => document.querySelector(".list-head p")?.textContent.includes("3 of"));
  await page.fill("#search", "Paris");
  await page.getByText("100 of 300 leads").waitFor();
  await page.locator("tr.lead .pick input").first().click();
  await page.locator(".selection").getByRole("button", { name: "not interested" }).click();
  await page.locator("tr.lead .mark", { hasText: "not interested" }).waitFor();
  await page.click("#download");
  const { name, bytes } = await download(page, "#save-project");
  assert.equal(name, "many.leadlight");
  await page.close();

  const other = await open(browser);
  await choose(other, name, bytes);
  await listed(other);
  assert.equal(await other.locator("h1").textContent(), "many.csv");
  assert.equal(await found(other), "100 of 300 leads");
  assert.equal(await other.inputValue("#search"), "Paris");
  await other.getByText("1 lead selected").waitFor();
  await other.locator("tr.lead .mark", { hasText: "not interested" }).waitFor();
  await other.click("details.columns summary");
  assert.equal(await other.getByLabel('Read "City" as').inputValue(), "location");
  await other.getByRole("button", { name: "Another file" }).click();
  await choose(other, name, bytes.subarray(0, 60));
  await other.getByText("project file is damaged").waitFor();
  assert.deepEqual(other.complaints, []);
  await other.close();
});

test("the page speaks French to the French, and English on demand", async () => {
  const page = await open(browser, { locale: "fr-FR" });
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  await page.getByText("Sachez à qui écrire en premier.").waitFor();
  await page.click("#sample");
  await listed(page);
  await page.getByText("500 prospects", { exact: true }).waitFor();
  const excel = (await ranked(page, { which: "Tous", form: "Excel" })).bytes.toString();
  assert.match(excel.split("\r\n")[0], /;rank;probability;/);
  await page.selectOption("#language", "en");
  await page.getByText("500 leads", { exact: true }).waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("the privacy view shows the rule, an attempt refused, and what was loaded", async () => {
  const page = await open(browser);
  await page.click("#privacy");
  assert.match(await page.locator(".rule").textContent(), /default-src 'none'/);
  await page.click("#attempt");
  await page.getByText("Refused by the browser").waitFor();
  const requests = await page.locator(".requests code").allTextContents();
  assert.ok(requests.some((address) => address.endsWith(".wasm")) && requests.some((address) => address.includes("models/")));
  assert.ok(requests.every((address) => address.startsWith(page.url().split("?")[0])));
  assert.ok(page.complaints.every((complaint) => complaint.includes("Content Security Policy")), page.complaints.join());
  await page.getByRole("button", { name: "Back" }).click();
  await page.locator("#file:enabled").waitFor({ state: "attached" });
  await page.close();
});

test("a screenful of leads is read aloud by its parts", async () => {
  const page = await open(browser);
  await choose(page, "many.csv", many(30));
  await listed(page);
  const tree = await page.locator("#leads").ariaSnapshot();
  assert.match(tree, /grid ".*30 leads ranked/);
  assert.match(tree, /columnheader "Score"/);
  assert.match(tree, /gridcell "Lead \d+"/);
  await page.close();
});

test("opening the list's file again keeps what it holds", async () => {
  const text = await readFile(new URL("../fixtures/imports/hubspot.csv", import.meta.url)).catch(() => null);
  const page = await open(browser);
  await choose(page, "list.csv", text ?? many(12));
  await listed(page);
  await page.locator("tr.lead .pick input").first().check();
  await page.getByText("1 lead selected").waitFor();
  await page.click("details.columns summary");
  const select = page.locator("details.columns select").first();
  const value = await select.inputValue();
  await select.selectOption(value === "" ? "skills" : "");
  await page.locator(".list").waitFor();
  await page.getByText("1 lead selected").waitFor();
  await page.close();
});
