// Import of workbooks: unpacked under the network lock, ranked like the same list in CSV, or rejected with a message.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chooseFile, launchBrowser, waitForList, openPage, exportLeads, parseCsv, sampleCsv } from "./support.mjs";
import { createWorkbook } from "./workbook.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

const noticeText = (page) => page.locator(".notice").textContent();

test("a workbook is ranked like the same list in CSV, and its sheet is named", async () => {
  const page = await openPage(browser);
  const rows = parseCsv(await sampleCsv());
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  const asText = await exportLeads(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await chooseFile(page, "leads.xlsx", createWorkbook({ Notes: [["only this"]], "Leads & more": rows }));
  await page.locator("#sheet").waitFor();
  assert.equal(await page.locator("#sheet").textContent(), "Read from the sheet “Leads & more”, the one of 2 with the most cells.");
  const asBook = await exportLeads(page);
  assert.deepEqual(parseCsv(asBook.bytes.toString()), parseCsv(asText.bytes.toString()));
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("changing the column mapping keeps the sheet", async () => {
  const page = await openPage(browser);
  const industry = "Software Development";
  const rows = [["Name", "What they do", "Industry"], ["Ada", "CTO", industry], ["Bob", "Intern", industry]];
  await chooseFile(page, "list.xlsx", createWorkbook({ "Feuille 1": rows }));
  await waitForList(page);
  await page.click("details.columns summary");
  const first = () => page.locator("table.leads tr.lead").first().textContent();
  const before = await first();
  await page.getByLabel('Read "What they do" as').selectOption("jobtitle");
  await page.waitForFunction((text) => document.querySelector("table.leads tr.lead")?.textContent !== text, before);
  assert.equal(await page.locator("#sheet").textContent(), "Read from the sheet “Feuille 1”.");
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("web pages and JSON are ranked like the same list in CSV", async () => {
  const page = await openPage(browser);
  const [names, ...leads] = [["Name", "Job title", "# Employees"], ["Ada", "Chief Executive Officer", "7"], ["Bob", "Accountant", "130"]];
  const html = `<html><table>${[names, ...leads].map((row) => `<tr><td>${row.join("</td><td>")}</td></tr>`).join("")}</table></html>`;
  const people = leads.map((lead) => Object.fromEntries(lead.map((cell, at) => [names[at], cell])));
  await chooseFile(page, "leads.csv", Buffer.from([names, ...leads].map((row) => row.join(",")).join("\n")));
  await waitForList(page);
  const asText = await exportLeads(page);
  for (const [name, content, note] of [
    ["report.xls", html, "The file is a web page; its table was read."],
    ["people.csv", JSON.stringify({ total: 2, people }), "The file is JSON; its list “people” was read."],
  ]) {
    await page.getByRole("button", { name: "Another file" }).click();
    await chooseFile(page, name, Buffer.from(content));
    await page.locator("#sheet").waitFor();
    assert.equal(await page.locator("#sheet").textContent(), note);
    const converted = await exportLeads(page);
    assert.deepEqual(parseCsv(converted.bytes.toString()), parseCsv(asText.bytes.toString()));
  }
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("invalid workbooks are rejected with a remedy, and the next file is accepted", async () => {
  const page = await openPage(browser);
  for (const [bytes, words] of [
    [Buffer.from("\xD0\xCF\x11\xE0 an old one", "latin1"), "no spreadsheet"],
    [Buffer.from("%PDF-1.7"), "PDF document"],
    [Buffer.from("<html><p>Sign in</html>"), "web page without a table"],
    [Buffer.from("PK\x03\x04 cut off"), "damaged"],
    [createWorkbook({ Empty: [] }), "empty"],
  ]) {
    await chooseFile(page, "leads.xlsx", bytes);
    await page.locator(".notice").waitFor();
    assert.ok((await noticeText(page)).includes(words), await noticeText(page));
    await page.locator(".notice button").click();
    await page.locator(".notice").waitFor({ state: "detached" });
  }
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("unpacking can be cancelled", async () => {
  const page = await openPage(browser);
  const rows = Array.from({ length: 60_000 }, (_, at) => [`Lead ${at}`, "Chief executive officer", at, "x".repeat(40)]);
  await chooseFile(page, "long.xlsx", createWorkbook({ Leads: [["Name", "Job title", "Number", "Note"], ...rows] }));
  await page.locator("#cancel").click();
  await page.locator(".notice").waitFor();
  assert.ok((await noticeText(page)).includes("Stopped"));
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  assert.equal(await page.locator("#sheet").count(), 0);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});
