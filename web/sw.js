// Service worker: caches one build of the page for offline use, and never serves files of two builds.
//
// `cargo xtask site` prepends BUILD, with the build's name and the SHA-256 of every file. Other files (the API, the
// monitoring document) are not handled. It neither skips waiting nor claims pages: a newer build takes over only when no
// page of the older one is open.
const SCOPE = self.registration.scope;
// Caches are per origin, so two sites on one host share them; the space keeps one path from being a prefix of another.
const CACHE_PREFIX = `leadlight ${new URL(SCOPE).pathname} `;
const PAGE_CACHE = CACHE_PREFIX + BUILD.name;
const MODEL_CACHE = `${CACHE_PREFIX}models`;
const PATHS = Object.keys(BUILD.files);
// Timeout of waiting for a page to request the files, in milliseconds.
const REQUEST_TIMEOUT_MS = 2000;

/** Returns cache name and key of a file. Models are keyed by content in a cache of their own, which outlives the build. */
const cacheEntry = (path) =>
  path.endsWith(".onnx") ? [MODEL_CACHE, `${SCOPE}${path}?${BUILD.files[path]}`] : [PAGE_CACHE, SCOPE + path];

const findCached = (path) => {
  const [cacheName, key] = cacheEntry(path);
  return caches.match(key, { cacheName });
};

const abort = new AbortController();

// Files are fetched only while a page confirms that it accepts no lead data yet. A service worker that the browser found
// by itself, while a file is open, gives up without a request (web/src/engine/service_worker.rs).
const requested = new Promise((resolve) => {
  self.onmessage = ({ data }) => (data === "keep" ? resolve() : abort.abort());
});

/** Waits until a page requests the files; after the timeout, aborts whatever would still have to be fetched. */
async function waitForRequest() {
  const timeout = setTimeout(() => abort.abort(), REQUEST_TIMEOUT_MS);
  await Promise.race([requested, new Promise((resolve) => (abort.signal.onabort = resolve))]);
  clearTimeout(timeout);
}

/** Fetches a file, unless an earlier attempt cached it, and caches it if its hash is that of the build. */
async function cacheFile(path) {
  if (await findCached(path)) return;
  // Hosts may redirect index.html, and a navigation must not be answered with a redirected response.
  const url = path === "index.html" ? SCOPE : SCOPE + path;
  const response = await fetch(url, { cache: "no-cache", signal: abort.signal });
  const bytes = await response.arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || hex !== BUILD.files[path]) throw new Error(`${path} is not of this build`);
  const headers = new Headers(response.headers);
  // These describe the encoded body.
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  const [name, key] = cacheEntry(path);
  await (await caches.open(name)).put(key, new Response(bytes, { headers }));
}

/** Caches all files or fails; the first failure aborts the other requests, and all have ended on return. */
async function install() {
  await waitForRequest();
  const pending = PATHS.map((path) => cacheFile(path).catch((error) => {
    abort.abort();
    throw error;
  }));
  await Promise.allSettled(pending);
  await Promise.all(pending);
  // An older service worker that was activated meanwhile removed all caches but its own.
  const found = await Promise.all(PATHS.map(findCached));
  if (!found.every(Boolean)) throw new Error("the files were cleared away");
}

/** Removes the caches of older builds, and models that are not of this build. */
async function removeOldCaches() {
  const isOld = (name) => name.startsWith(CACHE_PREFIX) && name !== PAGE_CACHE && name !== MODEL_CACHE;
  const names = (await caches.keys()).filter(isOld);
  await Promise.all(names.map((name) => caches.delete(name)));
  const current = new Set(PATHS.map((path) => cacheEntry(path)[1]));
  const models = await caches.open(MODEL_CACHE);
  const old = (await models.keys()).filter(({ url }) => !current.has(url));
  await Promise.all(old.map((request) => models.delete(request)));
}

/** Responds with a file of the build. If the browser evicted one, unregisters: then the site comes whole from its host. */
async function respond(path) {
  const found = await findCached(path);
  if (found) return found;
  await self.registration.unregister();
  return Response.error();
}

self.oninstall = (event) => event.waitUntil(install());
self.onactivate = (event) => event.waitUntil(removeOldCaches());
self.onfetch = (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  const target = origin + pathname;
  if (method !== "GET" || !target.startsWith(SCOPE)) return;
  const path = target.slice(SCOPE.length) || "index.html";
  if (Object.hasOwn(BUILD.files, path)) event.respondWith(respond(path));
};
