// Page benchmark in headless Chromium: first paint, time until files are accepted, time from a drop to the ranked table for
// several list lengths, longest task, and memory of the renderer.
// Arguments: a CSV of leads with realistic lengths, which is repeated, and the list lengths. BASE_URL serves the release.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [LIST, ...LENGTHS] = process.argv.slice(2);
const BASE = `${process.env.BASE_URL}/`;

/** Splits a CSV into raw records; line breaks within quotes do not end a record. */
function split(text) {
  const records = [];
  let [start, quoted] = [0, false];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    if (text[at] !== "\n" || quoted) continue;
    records.push(text.slice(start, at));
    start = at + 1;
  }
  return start < text.length ? [...records, text.slice(start)] : records;
}

/** Writes a file with the list's header and its rows, repeated to a number of rows. */
async function list(folder, rows) {
  const [header, ...all] = split(await readFile(LIST, "utf8"));
  const path = join(folder, `${rows}.csv`);
  const file = createWriteStream(path);
  file.write(`${header}\n`);
  for (let done = 0; done < rows; ) {
    const part = all.slice(0, rows - done);
    if (!file.write(`${part.join("\n")}\n`)) await new Promise((drained) => file.once("drain", drained));
    done += part.length;
  }
  await new Promise((closed) => file.end(closed));
  return path;
}

/** Returns the resident bytes of the largest renderer process. */
function rendererBytes() {
  const lines = execFileSync("ps", ["-eo", "rss=,args="], { maxBuffer: 1 << 24 }).toString().split("\n");
  const sizes = lines.filter((line) => line.includes("--type=renderer")).map((line) => Number.parseInt(line, 10));
  return Math.max(...sizes) * 1024;
}

async function visit(browser) {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration))).observe({
      type: "longtask",
      buffered: true,
    });
  });
  const start = performance.now();
  await page.goto(BASE);
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  const ready = performance.now() - start;
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  return { page, ready, paint };
}

async function importList(browser, path) {
  const { page } = await visit(browser);
  await page.evaluate(() => (tasks.length = 0));
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, rendererBytes())), 100);
  const start = performance.now();
  await page.setInputFiles("#file", path);
  await page.locator("table.leads tr.lead:not(.waiting)").first().waitFor({ timeout: 300_000 });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watch);
  peak = Math.max(peak, rendererBytes());
  const longest = await page.evaluate(() => Math.max(0, ...tasks));
  await page.close();
  return { seconds, longest, peak };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const folder = await mkdtemp(join(tmpdir(), "leadlight-page-"));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
try {
  // The first visit fills the HTTP cache.
  await (await visit(browser)).page.close();
  const visits = [];
  for (let round = 0; round < 5; round += 1) {
    const { page, ready, paint } = await visit(browser);
    visits.push({ ready, paint });
    await page.close();
  }
  const result = {
    first_paint_ms: median(visits.map(({ paint }) => paint)),
    ready_ms: median(visits.map(({ ready }) => ready)),
    lists: [],
  };
  for (const length of LENGTHS.map(Number)) {
    const path = await list(folder, length);
    const rounds = [];
    for (let round = 0; round < (length > 200_000 ? 1 : 3); round += 1) rounds.push(await importList(browser, path));
    result.lists.push({
      rows: length,
      bytes: (await stat(path)).size,
      seconds: median(rounds.map(({ seconds }) => seconds)),
      longest_task_ms: Math.max(...rounds.map(({ longest }) => longest)),
      renderer_bytes: Math.max(...rounds.map(({ peak }) => peak)),
    });
    await rm(path);
  }
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
