// Static file server that records its requests.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const TYPES = {
  ".css": "text/css", ".csv": "text/csv", ".html": "text/html", ".js": "text/javascript", ".json": "application/json",
  ".svg": "image/svg+xml", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json",
};

/** Serves a folder under a path until stopped. `folder` may be replaced; `requested` lists the paths requested; the file
 *  named in `stalled` is never sent. */
export async function serveFolder(folder, path = "/") {
  const site = { folder, requested: [] };
  const server = createServer(async ({ url }, response) => {
    site.requested.push(url);
    const name = new URL(url, "http://host").pathname;
    const file = name.startsWith(path) ? name.slice(path.length) || "index.html" : "none";
    if (file === site.stalled) return;
    try {
      const bytes = await readFile(join(site.folder, file));
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "cache-control": "max-age=600" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  // A server left over by a failed test must not keep the process alive.
  server.unref();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  site.address = `http://127.0.0.1:${server.address().port}${path}`;
  site.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return site;
}
