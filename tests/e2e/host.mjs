// A static host for the browser tests, as plain as they come: a folder's files under a path, each request written down.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const TYPES = {
  ".css": "text/css", ".csv": "text/csv", ".html": "text/html", ".js": "text/javascript", ".json": "application/json",
  ".svg": "image/svg+xml", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json",
};

/** Serves a folder, which may be exchanged, until it is stopped; `asked` has the paths of the requests. The file that is
 *  named in `held` is never sent. */
export async function host(folder, path = "/") {
  const serving = { folder, asked: [] };
  const server = createServer(async ({ url }, answer) => {
    serving.asked.push(url);
    const name = new URL(url, "http://host").pathname;
    const file = name.startsWith(path) ? name.slice(path.length) || "index.html" : "none";
    if (file === serving.held) return;
    try {
      const bytes = await readFile(join(serving.folder, file));
      const kind = TYPES[extname(file)] ?? "application/octet-stream";
      answer.writeHead(200, { "content-type": kind, "cache-control": "max-age=600" }).end(bytes);
    } catch {
      answer.writeHead(404).end();
    }
  });
  // One that a failed test has left does not keep the run from ending.
  server.unref();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  serving.address = `http://127.0.0.1:${server.address().port}${path}`;
  serving.stop = () => new Promise((stopped) => {
    server.close(stopped);
    server.closeAllConnections();
  });
  return serving;
}
