// Offline use under any path; a newer build is installed whole or not at all, and never into an open page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { BASE, launchBrowser, waitForList, openPage } from "./support.mjs";
import { serveFolder } from "./host.mjs";

const SITE = process.env.LEADLIGHT_SITE ?? "dist";

let browser;
let context;
let folder;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());
beforeEach(async () => {
  context = await browser.newContext();
  folder = await mkdtemp(join(tmpdir(), "leadlight-"));
});
afterEach(async () => {
  await context.close();
  await rm(folder, { recursive: true });
});

const visit = (site) => openPage(context, undefined, site.address);
const isControlled = (page) => page.evaluate(() => navigator.serviceWorker.controller !== null);
const workerStates = (page) => page.evaluate(async () => {
  const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
  return [installing?.state, waiting?.state, active?.state];
});
/** Visits the site until the newer build is installed: on a slow machine that takes several visits, since each fetches files
 *  only for a few seconds. */
async function visitUntilInstalled(site) {
  for (let visits = 1; ; visits += 1) {
    const page = await visit(site);
    for (let polls = 0; polls < 40 && (await workerStates(page))[0]; polls += 1) await page.waitForTimeout(250);
    const [, waiting] = await workerStates(page);
    if (waiting === "installed" || visits === 6) return page;
    await page.close();
  }
}
async function importSample(page) {
  await page.click("#sample");
  await waitForList(page);
  assert.equal(await page.getAttribute("#leads", "aria-rowcount"), "501");
}

/** Copies the site as a build with another title in the page and in the boot script. */
async function createBuild(title) {
  const site = join(folder, title);
  await cp(SITE, site, { recursive: true });
  const change = async (name, from, to) => {
    const text = await readFile(join(site, name), "utf8");
    assert.ok(text.includes(from));
    await writeFile(join(site, name), text.replace(from, to));
    return createHash("sha256").update(await readFile(join(site, name))).digest("hex");
  };
  const hashes = {
    "index.html": await change("index.html", "<title>Leadlight</title>", `<title>${title}</title>`),
    "static/boot.js": await change("static/boot.js", "await start", `document.documentElement.dataset.boot = "${title}";\nawait start`),
  };
  const [first, ...code] = (await readFile(join(site, "sw.js"), "utf8")).split("\n");
  const { files } = JSON.parse(first.slice("const BUILD = ".length, -1));
  const list = { name: title, files: { ...files, ...hashes } };
  await writeFile(join(site, "sw.js"), [`const BUILD = ${JSON.stringify(list)};`, ...code].join("\n"));
  return site;
}

/** Returns the builds of page and boot script. */
const builds = (page) => page.evaluate(() => [document.title, document.documentElement.dataset.boot]);
const cacheNames = (page) => page.evaluate(async () => (await window.caches.keys()).toSorted());

for (const path of ["/", "/some/path/"]) {
  test(`once visited under ${path}, the page loads and ranks offline`, async () => {
    const site = await serveFolder(SITE, path);
    const first = await visit(site);
    assert.deepEqual(first.consoleErrors, []);
    assert.equal(await isControlled(first), false);
    await site.stop();
    await first.reload();
    await first.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
    assert.equal(await isControlled(first), true);
    await importSample(first);
    await first.close();

    const named = await openPage(context, undefined, `${site.address}index.html`);
    await importSample(named);
    const paint = await named.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
    assert.ok(paint < 1000, `the first paint took ${paint} ms`);
  });
}

test("an open page keeps its build; once all are closed, the next visit has the newer one", async () => {
  const site = await serveFolder(await createBuild("old"));
  await (await visit(site)).close();
  const page = await visit(site);
  assert.deepEqual(await builds(page), ["old", "old"]);
  site.folder = await createBuild("new");
  site.requested.length = 0;
  const second = await visitUntilInstalled(site);
  assert.deepEqual(await builds(second), ["old", "old"]);
  assert.deepEqual(await workerStates(second), [undefined, "installed", "activated"]);
  assert.deepEqual(site.requested.filter((path) => path.endsWith(".onnx")), []);
  await importSample(page);
  await page.reload();
  assert.deepEqual(await builds(page), ["old", "old"]);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
  await second.close();

  await site.stop();
  const next = await visit(site);
  assert.deepEqual(await builds(next), ["new", "new"]);
  await importSample(next);
  assert.deepEqual(await cacheNames(next), ["leadlight / models", "leadlight / new"]);
});

test("an incomplete newer build is never installed", async () => {
  const site = await serveFolder(await createBuild("old"));
  await (await visit(site)).close();
  site.folder = await createBuild("new");
  await cp(join(SITE, "static/boot.js"), join(site.folder, "static/boot.js"));
  const page = await visit(site);
  assert.deepEqual(await workerStates(page), [undefined, undefined, "activated"]);
  await page.close();
  const next = await visit(site);
  assert.deepEqual(await builds(next), ["old", "old"]);
  await importSample(next);
  await site.stop();
});

test("a first visit to an inconsistent site caches nothing", async () => {
  const site = await serveFolder(await createBuild("old"));
  await cp(join(SITE, "static/boot.js"), join(site.folder, "static/boot.js"));
  const page = await visit(site);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration()), undefined);
  await importSample(page);
  await site.stop();
});

test("an update found by the browser is not fetched while a page is open", async () => {
  const site = await serveFolder(await createBuild("old"));
  await (await visit(site)).close();
  const page = await visit(site);
  site.folder = await createBuild("new");
  site.requested.length = 0;
  const [worker] = context.serviceWorkers();
  // Simulates the expiry of sw.js in the HTTP cache.
  await worker.evaluate(async () => {
    await fetch("sw.js", { cache: "reload" });
    await self.registration.update();
  });
  await page.waitForTimeout(3000);
  assert.deepEqual(await workerStates(page), [undefined, undefined, "activated"]);
  assert.ok(site.requested.length > 0, "the browser did not check for an update, so this proves nothing");
  assert.deepEqual(site.requested.filter((path) => path !== "/sw.js"), []);
  await site.stop();
});

test("a stalled install does not block the page, and sends no request afterwards", async () => {
  const site = await serveFolder(SITE);
  site.stalled = "static/icons/leadlight-512.png";
  const page = await visit(site);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration()), undefined);
  site.requested.length = 0;
  await importSample(page);
  assert.deepEqual(site.requested, []);
  await page.close();
  // Cached files are not requested again.
  site.stalled = undefined;
  const next = await visit(site);
  assert.equal(site.requested.filter((path) => path === "/static/icons/leadlight.svg").length, 0);
  await next.reload();
  assert.equal(await isControlled(next), true);
  await site.stop();
});

test("evicted files are fetched from the host again", async () => {
  const site = await serveFolder(SITE);
  const page = await visit(site);
  await page.evaluate(async () => Promise.all((await window.caches.keys()).map((name) => window.caches.delete(name))));
  await assert.rejects(page.goto(site.address));
  await page.close();
  await importSample(await visit(site));
  await site.stop();
});

test("the API and the monitoring document bypass the service worker", async () => {
  await (await openPage(context)).close();
  const page = await openPage(context);
  assert.equal(await isControlled(page), true);
  const cached = await page.evaluate(async () => {
    const names = await window.caches.keys();
    const lists = await Promise.all(names.map(async (name) => (await window.caches.open(name)).keys()));
    return lists.flat().map(({ url }) => new URL(url).pathname);
  });
  assert.ok(cached.includes("/index.html") && cached.some((path) => /^\/worker-\w+_bg\.wasm$/.test(path)), cached.join("\n"));
  assert.ok(!cached.some((path) => /monitoring|^\/sw\.js$/.test(path)), cached.join("\n"));
  for (const path of ["health", "model", "docs", "monitoring.html"]) {
    const response = await page.goto(`${BASE}${path}`);
    assert.deepEqual([response.status(), response.fromServiceWorker()], [200, false], path);
  }
  assert.equal((await page.goto(BASE)).fromServiceWorker(), true);
});
