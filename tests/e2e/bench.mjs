// The page as a person meets it, in headless Chromium: when it shows something and takes files, from a drop to the ranked
// table for lists of several lengths, the longest time it did not answer, and what its process holds in memory.
// Arguments: a list of leads of real lengths as CSV, which is repeated to the lengths wanted. BASE_URL serves the release.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [LIST, ...LENGTHS] = process.argv.slice(2);
const BASE = `${process.env.BASE_URL}/`;

/** The records of a CSV as they stand there: a line break within quotes ends none. */
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

/** The list's header and so many of its rows, again and again, as a file. */
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

/** Resident bytes of the largest renderer of this browser. */
function renderer() {
  const lines = execFileSync("ps", ["-eo", "rss=,args="], { maxBuffer: 1 << 24 }).toString().split("\n");
  const sizes = lines.filter((line) => line.includes("--type=renderer")).map((line) => Number.parseInt(line, 10));
  return Math.max(...sizes) * 1024;
}

async function visit(browser) {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((seen) => tasks.push(...seen.getEntries().map((task) => task.duration))).observe({
      type: "longtask",
      buffered: true,
    });
  });
  const begun = performance.now();
  await page.goto(BASE);
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  const ready = performance.now() - begun;
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  return { page, ready, paint };
}

async function ranked(browser, path) {
  const { page } = await visit(browser);
  await page.evaluate(() => (tasks.length = 0));
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, renderer())), 100);
  const begun = performance.now();
  await page.setInputFiles("#file", path);
  await page.locator("table.leads tr.lead:not(.waiting)").first().waitFor({ timeout: 300_000 });
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(watch);
  most = Math.max(most, renderer());
  const longest = await page.evaluate(() => Math.max(0, ...tasks));
  await page.close();
  return { seconds, longest, most };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const folder = await mkdtemp(join(tmpdir(), "leadlight-page-"));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
try {
  // The first visit fills the cache.
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
    for (let round = 0; round < (length > 200_000 ? 1 : 3); round += 1) rounds.push(await ranked(browser, path));
    result.lists.push({
      rows: length,
      bytes: (await stat(path)).size,
      seconds: median(rounds.map(({ seconds }) => seconds)),
      longest_task_ms: Math.max(...rounds.map(({ longest }) => longest)),
      renderer_bytes: Math.max(...rounds.map(({ most }) => most)),
    });
    await rm(path);
  }
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
