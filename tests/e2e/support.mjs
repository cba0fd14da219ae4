// Helpers of the browser tests: browser, page, files, downloads, a small CSV parser.
import { chromium } from "playwright-core";
import { readFile } from "node:fs/promises";

/** Base URL of page and API, with a trailing slash. */
export const BASE = `${process.env.BASE_URL ?? "http://127.0.0.1:7860"}/`;
/** Path of the command line program, built from the same sources. */
export const PROGRAM = process.env.LEADLIGHT_BIN ?? "leadlight";

/** Starts Chromium. */
export const launchBrowser = (options = {}) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", ...options });

/** Opens the page and waits until files are accepted; `page.consoleErrors` collects console errors and warnings. */
export async function openPage(browser, options = {}, address = BASE) {
  const page = await browser.newPage({ acceptDownloads: true, ...options });
  page.consoleErrors = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => page.consoleErrors.push(String(error)));
  await page.goto(address);
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  return page;
}

/** Reads the sample of the page. */
export const sampleCsv = () => readFile(new URL("../../static/samples/leads.csv", import.meta.url), "utf8");

/** Returns the 500 leads of the sample, twice. */
export async function thousandLeads() {
  const text = await sampleCsv();
  const body = text.slice(text.indexOf("\n") + 1);
  return text + body;
}

/** Drops a file on the page. */
export async function dropFile(page, name, text) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: "text/csv" }));
      return transfer;
    },
    [name, text],
  );
  await page.dispatchEvent(".page", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent(".page", "drop", { dataTransfer: transfer });
}

/** Chooses a file in the file chooser. */
export const chooseFile = (page, name, bytes) =>
  page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(bytes) });

/** Waits until the list shows rows. */
export const waitForList = (page) => page.locator("table.leads tr.lead:not(.waiting)").first().waitFor({ timeout: 60_000 });

/** Clicks a button and returns its download. */
export async function download(page, selector) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Exports leads; by default all, as plain CSV. */
export async function exportLeads(page, { scope = "All", format = "CRM" } = {}) {
  if ((await page.getAttribute("#download", "aria-expanded")) !== "true") await page.click("#download");
  await page.locator(".take").getByLabel(scope).first().check();
  await page.locator(".take").getByLabel(format).check();
  return download(page, "#take");
}

/** Parses a CSV into records of cells. */
export function parseCsv(text) {
  const all = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted && char === '"' && text[at + 1] === '"') {
      cell += char;
      at += 1;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === "," || char === "\n")) {
      all.at(-1).push(cell);
      cell = "";
      if (char === "\n") all.push([]);
    } else if (quoted || char !== "\r") {
      cell += char;
    }
  }
  all.pop();
  return all;
}

/** Posts JSON to the API. */
export async function postJson(path, body) {
  const response = await fetch(new URL(path, BASE), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
