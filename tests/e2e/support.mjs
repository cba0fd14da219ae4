// What the browser tests share: a browser, a page that is ready, files to drop, downloads, a small CSV reader.
import { chromium } from "playwright-core";
import { readFile } from "node:fs/promises";

/** Where page and API are served, with a slash at the end. */
export const BASE = `${process.env.BASE_URL ?? "http://127.0.0.1:7860"}/`;
/** The command line program, built from the same sources. */
export const PROGRAM = process.env.LEADLIGHT_BIN ?? "leadlight";

/** Starts Chromium. */
export const launch = (options = {}) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", ...options });

/** Opens the page and waits until files may come; everything the console complains of is in `page.complaints`. */
export async function open(browser, options = {}, address = BASE) {
  const page = await browser.newPage({ acceptDownloads: true, ...options });
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(address);
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  return page;
}

/** The sample that the page ships. */
export const sample = () => readFile(new URL("../../static/samples/leads.csv", import.meta.url), "utf8");

/** The sample made longer: its 500 leads, twice. */
export async function thousand() {
  const text = await sample();
  const body = text.slice(text.indexOf("\n") + 1);
  return text + body;
}

/** Drops a file on the page, as a mouse would. */
export async function drop(page, name, text) {
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

/** Chooses a file through the input. */
export const choose = (page, name, bytes) =>
  page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(bytes) });

/** Waits until the list is there with its rows. */
export const listed = (page) => page.locator("table.leads tr.lead:not(.waiting)").first().waitFor({ timeout: 60_000 });

/** Clicks and gives what is downloaded. */
export async function download(page, selector) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Downloads leads: all of them, as another program reads them, where nothing else is said. */
export async function ranked(page, { which = "All", form = "CRM" } = {}) {
  if ((await page.getAttribute("#download", "aria-expanded")) !== "true") await page.click("#download");
  await page.locator(".take").getByLabel(which).first().check();
  await page.locator(".take").getByLabel(form).check();
  return download(page, "#take");
}

/** Reads a CSV into records of cells. */
export function records(text) {
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

/** Sends JSON to the API. */
export async function post(path, body) {
  const answer = await fetch(new URL(path, BASE), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}
