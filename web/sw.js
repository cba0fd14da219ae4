// Keeps one build of the page and answers from it alone: without a network, and never with files of two builds. Below
// the list that `cargo xtask site` puts before this: BUILD, with the build's name and the SHA-256 of every file. What is
// not in the list (the API, the monitoring document) is none of its business. It neither skips waiting nor claims pages,
// so a newer build takes over only when no page of the older one is open.
const SCOPE = self.registration.scope;
// Two sites on one host have the same caches, and no path has a space in it.
const OURS = `leadlight ${new URL(SCOPE).pathname} `;
const PAGE = OURS + BUILD.name;
const MODELS = `${OURS}models`;
const PATHS = Object.keys(BUILD.files);
// How long a worker waits for a page to ask for the files, in milliseconds.
const PATIENCE = 2000;

/** The cache and the key of a file: models have a cache of their own, by content, and outlive the build. */
const place = (path) =>
  path.endsWith(".onnx") ? [MODELS, `${SCOPE}${path}?${BUILD.files[path]}`] : [PAGE, SCOPE + path];

const find = (path) => {
  const [cacheName, key] = place(path);
  return caches.match(key, { cacheName });
};

const stop = new AbortController();

// The files are fetched only when a page says that it takes no lead data yet, and only as long as it says so: a worker
// that the browser found by itself, while a file is open, gives up without a request (web/src/hooks/offline.rs).
const asked = new Promise((keep) => {
  self.onmessage = ({ data }) => (data === "keep" ? keep() : stop.abort());
});

/** Waits until a page asks; without one, whatever would still have to be fetched is not. */
async function permission() {
  const late = setTimeout(() => stop.abort(), PATIENCE);
  await Promise.race([asked, new Promise((stopped) => (stop.signal.onabort = stopped))]);
  clearTimeout(late);
}

/** Fetches a file, unless it is there from a try before, and keeps it only if it is this build's. */
async function keep(path) {
  if (await find(path)) return;
  // A host may send another address for the page's own name, and a page must not come of such a detour.
  const address = path === "index.html" ? SCOPE : SCOPE + path;
  const answer = await fetch(address, { cache: "no-cache", signal: stop.signal });
  const bytes = await answer.arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!answer.ok || hex !== BUILD.files[path]) throw new Error(`${path} is not of this build`);
  const headers = new Headers(answer.headers);
  // These spoke of the bytes as they were sent.
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  const [name, key] = place(path);
  await (await caches.open(name)).put(key, new Response(bytes, { headers }));
}

/** All files or none: after the first that fails no other is fetched, and none is still under way at the end. */
async function install() {
  await permission();
  const keeping = PATHS.map((path) => keep(path).catch((error) => {
    stop.abort();
    throw error;
  }));
  await Promise.allSettled(keeping);
  await Promise.all(keeping);
  // An older worker that went into service meanwhile cleared what was not its own.
  const found = await Promise.all(PATHS.map(find));
  if (!found.every(Boolean)) throw new Error("the files were cleared away");
}

/** Removes what older builds kept. */
async function clear() {
  const names = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== PAGE && name !== MODELS);
  await Promise.all(names.map((name) => caches.delete(name)));
  const wanted = new Set(PATHS.map((path) => place(path)[1]));
  const models = await caches.open(MODELS);
  const old = (await models.keys()).filter(({ url }) => !wanted.has(url));
  await Promise.all(old.map((request) => models.delete(request)));
}

/** A file of the build. Where the browser threw one away, the site can only come whole from its host again. */
async function answer(path) {
  const found = await find(path);
  if (found) return found;
  await self.registration.unregister();
  return Response.error();
}

self.oninstall = (event) => event.waitUntil(install());
self.onactivate = (event) => event.waitUntil(clear());
self.onfetch = (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  const whole = origin + pathname;
  if (method !== "GET" || !whole.startsWith(SCOPE)) return;
  const path = whole.slice(SCOPE.length) || "index.html";
  if (Object.hasOwn(BUILD.files, path)) event.respondWith(answer(path));
};
