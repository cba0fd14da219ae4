// Use of a ranked list: scrolling, filters, side panel, marks, columns, exports, projects. Mostly by keyboard.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  chooseFile, download, exportLeads, launchBrowser, openPage, parseCsv, sampleCsv, waitForList,
} from "./support.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** Creates a list of leads with distinct names. */
const createList = (leads) => {
  const titles = ["CTO", "Founder and CEO", "Intern", "Sales Director", "Engineer"];
  const cities = ["Paris", "Lyon", ""];
  const row = (at) => `Lead ${at},${titles[at % 5]},${cities[at % 3]},${(at * 37) % 1000}`;
  return ["Name,Title,City,Size", ...Array.from({ length: leads }, (_, at) => row(at))].join("\n");
};

const matchCount = (page) => page.locator("#found").textContent();
const waitForReply = (page) => page.locator("table.leads:not(.stale)").waitFor();

test("a long list scrolls, and the keyboard reaches its last row", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "many.csv", createList(20_000));
  await waitForList(page);
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
  assert.ok(inside, "the row of the keyboard cursor is not visible");
  await page.keyboard.press("Home");
  await page.locator('tr.lead.active[aria-rowindex="2"]').waitFor();
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a million leads are ranked, scrolled and searched while the page stays responsive", async () => {
  const page = await openPage(browser);
  await page.evaluate(() => {
    globalThis.ticks = 0;
    setInterval(() => (globalThis.ticks += 1), 100);
  });
  await chooseFile(page, "million.csv", createList(1_000_000));
  await page.locator("#cancel").waitFor();
  const [before, start] = [await page.evaluate(() => globalThis.ticks), Date.now()];
  await page.locator("table.leads tr.lead:not(.waiting)").first().waitFor({ timeout: 240_000 });
  // At least half of the expected timer ticks: a blocked page would have next to none.
  const expected = (Date.now() - start) / 100;
  assert.ok((await page.evaluate(() => globalThis.ticks)) - before >= expected / 2);
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
  await waitForReply(page);
  assert.ok((await page.locator("tr.lead").first().textContent()).includes("Lead 999999"));
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a lead is opened, marked, closed, selected and exported by keyboard", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "many.csv", createList(300));
  await waitForList(page);
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
  const { bytes } = await exportLeads(page, { scope: "The selected" });
  const [header, row, ...more] = parseCsv(bytes.toString());
  assert.deepEqual([row[0], row[header.indexOf("mark")], more], [name, "contacted", []]);
  await page.focus("#leads");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a list is filtered by score, mark, column values and empty cells", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "many.csv", createList(300));
  await waitForList(page);
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
  await waitForReply(page);
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
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("columns are chosen and reordered", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "many.csv", createList(50));
  await waitForList(page);
  const heads = () => page.locator(".leads th.word, .leads th.number:not(.rank)").allTextContents();
  assert.deepEqual(await heads(), ["Name", "Title", "City", "Size"]);
  await page.click("#columns");
  await page.locator(".picker").getByLabel("Title", { exact: true }).uncheck();
  await page.getByLabel("Move Size earlier").click();
  await page.waitForFunction(() => document.querySelectorAll(".leads th").length === 8);
  assert.deepEqual(await heads(), ["Name", "Size", "City"]);
  await waitForReply(page);
  assert.match(await page.locator("tr.lead td:nth-child(6)").first().textContent(), /^\d+$/);
  await page.close();
});

test("exports have the requested format", async () => {
  const page = await openPage(browser, { locale: "de-DE", permissions: ["clipboard-read", "clipboard-write"] });
  await chooseFile(page, "odd.csv", 'Name,Title,Id\n=SUM(A1),CTO,007\n"Ada; ""x""",Intern,\n');
  await waitForList(page);
  const excel = (await exportLeads(page, { format: "Excel" })).bytes;
  assert.deepEqual([...excel.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.match(excel.toString(), /'=SUM\(A1\);CTO;007;\d;0,\d+/);
  const data = parseCsv((await exportLeads(page)).bytes.toString());
  assert.ok(data.some((row) => row[0] === "=SUM(A1)" && row[2] === "007"));
  const { name, bytes } = await exportLeads(page, { format: "JSON" });
  assert.equal(name, "odd-ranked.json");
  const leads = JSON.parse(bytes);
  assert.deepEqual(leads.map((lead) => lead.rank), [1, 2]);
  assert.ok(leads.some((lead) => lead.Name === 'Ada; "x"' && typeof lead.probability === "number"));
  await page.click("#copy");
  await page.getByText("Copied").waitFor();
  const pasted = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(pasted, /^Name\tTitle\tId\trank\t/);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("exported top leads can be imported again with the same scores", async () => {
  const page = await openPage(browser);
  await page.click("#sample");
  await waitForList(page);
  await page.click("#download");
  await page.fill("#best", "20");
  await page.keyboard.press("Tab");
  await page.locator(".take").getByLabel("CRM").check();
  const { bytes } = await download(page, "#take");
  const [header, ...rows] = parseCsv(bytes.toString());
  const original = parseCsv(await sampleCsv());
  assert.equal(rows.length, 20);
  for (const row of rows) assert.ok(original.some((cells) => cells.every((cell, at) => cell === row[at])));
  await page.getByRole("button", { name: "Another file" }).click();
  await chooseFile(page, "again.csv", bytes);
  await waitForList(page);
  const again = parseCsv((await exportLeads(page)).bytes.toString());
  const at = header.indexOf("probability");
  assert.deepEqual(again.slice(1).map((row) => row[again[0].indexOf("leadlight_probability")]), rows.map((row) => row[at]));
  await page.close();
});

test("a project restores marks, column mapping and filters", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "many.csv", createList(300));
  await waitForList(page);
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

  const other = await openPage(browser);
  await chooseFile(other, name, bytes);
  await waitForList(other);
  assert.equal(await other.locator("h1").textContent(), "many.csv");
  assert.equal(await matchCount(other), "100 of 300 leads");
  assert.equal(await other.inputValue("#search"), "Paris");
  await other.getByText("1 lead selected").waitFor();
  await other.locator("tr.lead .mark", { hasText: "not interested" }).waitFor();
  await other.click("details.columns summary");
  assert.equal(await other.getByLabel('Read "City" as').inputValue(), "location");
  await other.getByRole("button", { name: "Another file" }).click();
  await chooseFile(other, name, bytes.subarray(0, 60));
  await other.getByText("project file is damaged").waitFor();
  assert.deepEqual(other.consoleErrors, []);
  await other.close();
});

test("the page uses the browser's language, and another one on demand", async () => {
  const page = await openPage(browser, { locale: "fr-FR" });
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  await page.getByText("Sachez à qui écrire en premier.").waitFor();
  await page.click("#sample");
  await waitForList(page);
  await page.getByText("500 prospects", { exact: true }).waitFor();
  const excel = (await exportLeads(page, { scope: "Tous", format: "Excel" })).bytes.toString();
  assert.match(excel.split("\r\n")[0], /;rank;probability;/);
  await page.selectOption("#language", "en");
  await page.getByText("500 leads", { exact: true }).waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("the privacy page shows the policy, a blocked attempt, and all requests", async () => {
  const page = await openPage(browser);
  await page.click("#privacy");
  assert.match(await page.locator(".rule").textContent(), /default-src 'none'/);
  await page.click("#attempt");
  await page.getByText("Refused by the browser").waitFor();
  const requests = await page.locator(".requests code").allTextContents();
  assert.ok(requests.some((address) => address.endsWith(".wasm")) && requests.some((address) => address.includes("models/")));
  assert.ok(requests.every((address) => address.startsWith(page.url().split("?")[0])));
  assert.ok(page.consoleErrors.every((error) => error.includes("Content Security Policy")), page.consoleErrors.join());
  await page.getByRole("button", { name: "Back" }).click();
  await page.locator("#file:enabled").waitFor({ state: "attached" });
  await page.close();
});

test("the table exposes its structure to screen readers", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "many.csv", createList(30));
  await waitForList(page);
  const tree = await page.locator("#leads").ariaSnapshot();
  assert.match(tree, /grid ".*30 leads ranked/);
  assert.match(tree, /columnheader "Score"/);
  assert.match(tree, /gridcell "Lead \d+"/);
  await page.close();
});

test("importing the file again keeps the selection", async () => {
  const text = await readFile(new URL("../fixtures/imports/hubspot.csv", import.meta.url)).catch(() => null);
  const page = await openPage(browser);
  await chooseFile(page, "list.csv", text ?? createList(12));
  await waitForList(page);
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
