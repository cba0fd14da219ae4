// The page works without a network, under any path; a newer build comes whole or not at all, and never into an open page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { BASE, launch, listed, open } from "./support.mjs";
import { host } from "./host.mjs";

const SITE = process.env.LEADLIGHT_SITE ?? "dist";

let browser;
let context;
let folder;
before(async () => (browser = await launch()));
after(() => browser.close());
beforeEach(async () => {
  context = await browser.newContext();
  folder = await mkdtemp(join(tmpdir(), "leadlight-"));
});
afterEach(async () => {
  await context.close();
  await rm(folder, { recursive: true });
});

const visit = (site) => open(context, undefined, site.address);
const controlled = (page) => page.evaluate(() => navigator.serviceWorker.controller !== null);
const registration = (page) => page.evaluate(async () => {
  const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
  return [installing?.state, waiting?.state, active?.state];
});
/** A visit after which the newer build is there whole: on a slow machine that takes several, since each gives the files a
 *  few seconds and leaves the rest to the next. */
async function complete(site) {
  for (let visits = 1; ; visits += 1) {
    const page = await visit(site);
    for (let looks = 0; looks < 40 && (await registration(page))[0]; looks += 1) await page.waitForTimeout(250);
    const [, waiting] = await registration(page);
    if (waiting === "installed" || visits === 6) return page;
    await page.close();
  }
}
async function ranked(page) {
  await page.click("#sample");
  await listed(page);
  assert.equal(await page.getAttribute("#leads", "aria-rowcount"), "501");
}

/** A copy of the site that bears a title of its own in the page and, as a comment, in the boot script. */
async function another(title) {
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

/** The builds that page and boot script are of. */
const builds = (page) => page.evaluate(() => [document.title, document.documentElement.dataset.boot]);
const caches = (page) => page.evaluate(async () => (await window.caches.keys()).toSorted());

for (const path of ["/", "/some/path/"]) {
  test(`once visited under ${path}, the page comes and ranks without its host`, async () => {
    const site = await host(SITE, path);
    const first = await visit(site);
    assert.deepEqual(first.complaints, []);
    assert.equal(await controlled(first), false);
    await site.stop();
    await first.reload();
    await first.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
    assert.equal(await controlled(first), true);
    await ranked(first);
    await first.close();

    const named = await open(context, undefined, `${site.address}index.html`);
    await ranked(named);
    const paint = await named.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
    assert.ok(paint < 1000, `the first paint took ${paint} ms`);
  });
}

test("an open page keeps its build; when all are closed the next visit has the newer one, whole", async () => {
  const site = await host(await another("old"));
  await (await visit(site)).close();
  const page = await visit(site);
  assert.deepEqual(await builds(page), ["old", "old"]);
  site.folder = await another("new");
  site.asked.length = 0;
  const beside = await complete(site);
  assert.deepEqual(await builds(beside), ["old", "old"]);
  assert.deepEqual(await registration(beside), [undefined, "installed", "activated"]);
  assert.deepEqual(site.asked.filter((path) => path.endsWith(".onnx")), []);
  await ranked(page);
  await page.reload();
  assert.deepEqual(await builds(page), ["old", "old"]);
  assert.deepEqual(page.complaints, []);
  await page.close();
  await beside.close();

  await site.stop();
  const next = await visit(site);
  assert.deepEqual(await builds(next), ["new", "new"]);
  await ranked(next);
  assert.deepEqual(await caches(next), ["leadlight / models", "leadlight / new"]);
});

test("a newer build of which one file is not there yet is never taken", async () => {
  const site = await host(await another("old"));
  await (await visit(site)).close();
  site.folder = await another("new");
  await cp(join(SITE, "static/boot.js"), join(site.folder, "static/boot.js"));
  const page = await visit(site);
  assert.deepEqual(await registration(page), [undefined, undefined, "activated"]);
  await page.close();
  const next = await visit(site);
  assert.deepEqual(await builds(next), ["old", "old"]);
  await ranked(next);
  await site.stop();
});

test("a first visit while the site is being exchanged keeps nothing", async () => {
  const site = await host(await another("old"));
  await cp(join(SITE, "static/boot.js"), join(site.folder, "static/boot.js"));
  const page = await visit(site);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration()), undefined);
  await ranked(page);
  await site.stop();
});

test("a build that the browser finds by itself, while a page is open, is not fetched", async () => {
  const site = await host(await another("old"));
  await (await visit(site)).close();
  const page = await visit(site);
  site.folder = await another("new");
  site.asked.length = 0;
  const [worker] = context.serviceWorkers();
  // The browser's cache has the older list for some minutes; here that time is up.
  await worker.evaluate(async () => {
    await fetch("sw.js", { cache: "reload" });
    await self.registration.update();
  });
  await page.waitForTimeout(3000);
  assert.deepEqual(await registration(page), [undefined, undefined, "activated"]);
  assert.ok(site.asked.length > 0, "the browser did not look, so this proves nothing");
  assert.deepEqual(site.asked.filter((path) => path !== "/sw.js"), []);
  await site.stop();
});

test("a host that never sends all files keeps nobody waiting, and is asked for nothing afterwards", async () => {
  const site = await host(SITE);
  site.held = "static/icons/leadlight-512.png";
  const page = await visit(site);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration()), undefined);
  site.asked.length = 0;
  await ranked(page);
  assert.deepEqual(site.asked, []);
  await page.close();
  // What did arrive is not asked for again.
  site.held = undefined;
  const next = await visit(site);
  assert.equal(site.asked.filter((path) => path === "/static/icons/leadlight.svg").length, 0);
  await next.reload();
  assert.equal(await controlled(next), true);
  await site.stop();
});

test("what a browser threw away comes from the host again", async () => {
  const site = await host(SITE);
  const page = await visit(site);
  await page.evaluate(async () => Promise.all((await window.caches.keys()).map((name) => window.caches.delete(name))));
  await assert.rejects(page.goto(site.address));
  await page.close();
  await ranked(await visit(site));
  await site.stop();
});

test("the API and the monitoring document are answered by the host alone", async () => {
  await (await open(context)).close();
  const page = await open(context);
  assert.equal(await controlled(page), true);
  const kept = await page.evaluate(async () => {
    const names = await window.caches.keys();
    const lists = await Promise.all(names.map(async (name) => (await window.caches.open(name)).keys()));
    return lists.flat().map(({ url }) => new URL(url).pathname);
  });
  assert.ok(kept.includes("/index.html") && kept.some((path) => /^\/worker-\w+_bg\.wasm$/.test(path)), kept.join("\n"));
  assert.ok(!kept.some((path) => /monitoring|^\/sw\.js$/.test(path)), kept.join("\n"));
  for (const path of ["health", "model", "docs", "monitoring.html"]) {
    const answer = await page.goto(`${BASE}${path}`);
    assert.deepEqual([answer.status(), answer.fromServiceWorker()], [200, false], path);
  }
  assert.equal((await page.goto(BASE)).fromServiceWorker(), true);
});
