// The browser side of the benchmark: serves the benchmark's files to headless Chromium, whose worker runs the tasks from
// standard input, one JSON object a line; each response is a line. Argument: the benchmark's folder.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const folder = resolve(process.argv[2]);
const sources = fileURLToPath(new URL(".", import.meta.url));
// The npm packages are in the benchmark's folder, where an import from here does not search.
const { chromium } = createRequire(join(folder, "npm/"))("playwright-core");

const FOLDERS = {
  "/source/": sources,
  "/ort/": join(folder, "npm/node_modules/onnxruntime-web/dist"),
  "/wasm/": join(folder, "wasm"),
  "/files/": folder,
};
const TYPES = { ".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm" };

async function serve(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const prefix = Object.keys(FOLDERS).find((start) => pathname.startsWith(start));
  if (pathname === "/") return response.setHeader("content-type", "text/html").end("<!doctype html><title>bench</title>");
  const file = prefix && join(FOLDERS[prefix], pathname.slice(prefix.length));
  const size = file && (await stat(file).then((found) => found.size, () => undefined));
  if (size === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-length": size });
  createReadStream(file).pipe(response);
}

const server = createServer(serve);
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.evaluate(() => {
  self.worker = new Worker("/source/browser-worker.mjs", { type: "module" });
  self.ask = (task) =>
    new Promise((resolve) => {
      self.worker.onmessage = ({ data }) => resolve(data);
      self.worker.onerror = ({ message }) => resolve({ error: message || "the worker did not start" });
      self.worker.postMessage(task);
    });
});

async function respond(task) {
  if (task.task === "about") return { about: `Chromium ${browser.version()}, headless` };
  return page.evaluate((task) => self.ask(task), task);
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await respond(JSON.parse(line)).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
await browser.close();
server.close();
