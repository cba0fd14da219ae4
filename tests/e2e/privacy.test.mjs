// Nothing leaves the tab: all of Chromium's traffic, to this machine too, passes a proxy that writes down every request.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { BASE, drop, launch, listed, open, ranked, sample } from "./support.mjs";

const seen = [];
// What Chromium asks for by itself with an empty page too, at moments of its own, and has no switch against: the time,
// and its maker's hosts. The tunnels to these are refused below, so that nothing but the host's name ever passes.
const CLOCK = /^http:\/\/clients2\.google\.com\/time\//;
const OWN = /^((accounts|www|android\.clients)\.google\.com|(update|optimizationguide-pa)\.googleapis\.com):443$/;
const proxy = createServer((asked, answer) => {
  if (!CLOCK.test(asked.url)) seen.push(asked.url);
  const onwards = request(asked.url, { method: asked.method, headers: asked.headers }, (given) => {
    answer.writeHead(given.statusCode, given.headers);
    given.pipe(answer);
  });
  onwards.on("error", () => answer.writeHead(502).end());
  asked.pipe(onwards);
});
proxy.on("connect", (asked, socket) => {
  if (!OWN.test(asked.url)) seen.push(`connect ${asked.url}`);
  socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
});

let browser;
before(async () => {
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  const server = `http://127.0.0.1:${proxy.address().port}`;
  // Else Chromium asks its maker what kind of form a page has.
  const quiet = "--disable-features=AutofillServerCommunication";
  browser = await launch({ args: [`--proxy-server=${server}`, "--proxy-bypass-list=<-loopback>", quiet] });
});
after(async () => {
  await browser.close();
  proxy.close();
});

/** Tries every way out that page and worker have in common; gives those that seem to have worked. */
const commonWays = async (base) => {
  const out = [];
  const attempt = async (name, way) => {
    try {
      await way();
      out.push(name);
    } catch {
      // Refused, as it should be.
    }
  };
  await attempt("fetch", () => fetch(`${base}x?fetch`));
  await attempt("fetch elsewhere", () => fetch("http://example.com/x?fetch", { mode: "no-cors" }));
  await attempt("XMLHttpRequest", () => new Promise((done, failed) => {
    const xhr = new XMLHttpRequest();
    xhr.onload = done;
    xhr.onerror = failed;
    xhr.open("GET", `${base}x?xhr`);
    xhr.send();
  }));
  await attempt("WebSocket", () => new Promise((done, failed) => {
    const socket = new WebSocket(`${base.replace("http", "ws")}x?socket`);
    socket.onopen = done;
    socket.onerror = failed;
  }));
  await attempt("EventSource", () => new Promise((done, failed) => {
    const source = new EventSource(`${base}x?events`);
    source.onopen = done;
    source.onerror = failed;
  }));
  await attempt("import", () => import(`${base}static/boot.js?import`));
  if (typeof importScripts === "function") {
    await attempt("importScripts", () => importScripts(`${base}static/boot.js?scripts`));
  }
  return out;
};

/** Those of the page alone. */
const pageWays = async (base) => {
  const out = [];
  const element = (name, kind, address) => new Promise((done) => {
    const made = document.createElement(kind);
    made.onload = () => done(out.push(name));
    made.onerror = done;
    made.src = address;
    document.body.append(made);
    setTimeout(done, 500);
  });
  await element("image", "img", `${base}static/icons/leadlight.svg?image`);
  await element("script", "script", `${base}static/boot.js?script`);
  const link = (name, attributes) => new Promise((done) => {
    const made = Object.assign(document.createElement("link"), attributes);
    made.onload = () => done(out.push(name));
    made.onerror = done;
    document.head.append(made);
    setTimeout(done, 500);
  });
  await link("style sheet", { rel: "stylesheet", href: `${base}x.css?sheet` });
  await link("style sheet ahead", { rel: "preload", as: "style", href: `${base}x.css?preload` });
  // A rule says nothing of what it loads: here too only the proxy can tell.
  document.styleSheets[0].insertRule(`@import url("${base}x.css?import")`, 0);
  await new Promise((done) => setTimeout(done, 500));
  // A frame that is refused is loaded all the same, with the browser's own words: here only the proxy can tell.
  await element("frame", "iframe", `${base}health?frame`);
  out.splice(out.indexOf("frame"), out.includes("frame") ? 1 : 0);
  navigator.sendBeacon(`${base}x?beacon`, "data");
  try {
    new Worker(`${base}worker.js?worker`);
  } catch {
    // Refused, as it should be.
  }
  return out;
};

test("after a file is dropped no request is made, and none can be", async () => {
  const page = await open(browser);
  assert.ok(seen.some((url) => /worker-\w+_bg\.wasm$/.test(url)), "the proxy saw nothing, so it proves nothing");
  seen.length = 0;

  await drop(page, "leads.csv", await sample());
  await listed(page);
  await page.fill("#search", "sales");
  await page.getByText(/ of 500 leads$/).waitFor();
  await ranked(page);
  assert.deepEqual(seen, []);

  assert.deepEqual(await page.evaluate(commonWays, BASE), []);
  assert.deepEqual(await page.evaluate(pageWays, BASE), []);
  assert.equal(page.workers().length, 1);
  assert.deepEqual(await page.workers()[0].evaluate(commonWays, BASE), []);
  assert.deepEqual(seen, []);
  await page.close();
});

test("on a later visit too, when the page comes from the browser, no request is made after a file is dropped", async () => {
  const context = await browser.newContext();
  await (await open(context)).close();
  seen.length = 0;
  const page = await open(context);
  assert.ok(seen.length > 0 && seen.every((url) => url.endsWith("/sw.js")), seen.join("\n"));
  seen.length = 0;
  await drop(page, "leads.csv", await sample());
  await listed(page);
  // The browser looks for an update by itself, a second after the page has gone quiet.
  await page.waitForTimeout(5000);
  assert.deepEqual(seen, []);
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("a worker that dies is started again behind the same lock", async () => {
  const page = await open(browser);
  await drop(page, "leads.csv", await sample());
  await listed(page);
  seen.length = 0;
  const reborn = page.waitForEvent("worker");
  await page.workers()[0].evaluate(() => setTimeout(() => { throw new Error("made to die"); }));
  const worker = await reborn;
  await page.getByText("started again").waitFor();
  await page.locator("#file:enabled").waitFor({ state: "attached" });
  assert.deepEqual(await worker.evaluate(commonWays, BASE), []);
  await drop(page, "leads.csv", await sample());
  await listed(page);
  assert.deepEqual(seen, []);
  await page.close();
});
