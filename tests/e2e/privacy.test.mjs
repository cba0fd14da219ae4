// Nothing leaves the tab: all of Chromium's traffic, including local requests, passes a proxy that records it.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { BASE, dropFile, launchBrowser, waitForList, openPage, exportLeads, sampleCsv } from "./support.mjs";

const requests = [];
// Requests that Chromium sends by itself, even for an empty page, and that no switch disables: the time, and Google's hosts.
// The tunnels to these are refused below, so that only the host name is ever sent.
const CLOCK = /^http:\/\/clients2\.google\.com\/time\//;
const OWN = /^((accounts|www|android\.clients)\.google\.com|(update|optimizationguide-pa)\.googleapis\.com):443$/;
const proxy = createServer((incoming, response) => {
  if (!CLOCK.test(incoming.url)) requests.push(incoming.url);
  const outgoing = request(incoming.url, { method: incoming.method, headers: incoming.headers }, (upstream) => {
    response.writeHead(upstream.statusCode, upstream.headers);
    upstream.pipe(response);
  });
  outgoing.on("error", () => response.writeHead(502).end());
  incoming.pipe(outgoing);
});
proxy.on("connect", (incoming, socket) => {
  if (!OWN.test(incoming.url)) requests.push(`connect ${incoming.url}`);
  socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
});

let browser;
before(async () => {
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  const server = `http://127.0.0.1:${proxy.address().port}`;
  // Otherwise Chromium sends the structure of forms to Google.
  const quiet = "--disable-features=AutofillServerCommunication";
  browser = await launchBrowser({ args: [`--proxy-server=${server}`, "--proxy-bypass-list=<-loopback>", quiet] });
});
after(async () => {
  await browser.close();
  proxy.close();
});

/** Tries every channel that page and worker share; returns those that seem to have worked. */
const commonChannels = async (base) => {
  const out = [];
  const attempt = async (name, send) => {
    try {
      await send();
      out.push(name);
    } catch {
      // Blocked, as expected.
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

/** Tries the channels that only the page has. */
const pageChannels = async (base) => {
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
  // A rule reports no result: only the proxy can detect a request.
  document.styleSheets[0].insertRule(`@import url("${base}x.css?import")`, 0);
  await new Promise((done) => setTimeout(done, 500));
  // A blocked frame still loads an error page: only the proxy can detect a request.
  await element("frame", "iframe", `${base}health?frame`);
  out.splice(out.indexOf("frame"), out.includes("frame") ? 1 : 0);
  navigator.sendBeacon(`${base}x?beacon`, "data");
  try {
    new Worker(`${base}worker.js?worker`);
  } catch {
    // Blocked, as expected.
  }
  return out;
};

test("after a file is dropped, no request is sent, and none can be", async () => {
  const page = await openPage(browser);
  assert.ok(requests.some((url) => /worker-\w+_bg\.wasm$/.test(url)), "the proxy saw nothing, so it proves nothing");
  requests.length = 0;

  await dropFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  await page.fill("#search", "sales");
  await page.getByText(/ of 500 leads$/).waitFor();
  await exportLeads(page);
  assert.deepEqual(requests, []);

  assert.deepEqual(await page.evaluate(commonChannels, BASE), []);
  assert.deepEqual(await page.evaluate(pageChannels, BASE), []);
  assert.equal(page.workers().length, 1);
  assert.deepEqual(await page.workers()[0].evaluate(commonChannels, BASE), []);
  assert.deepEqual(requests, []);
  await page.close();
});

test("no request is sent after a file is dropped on a later, offline-cached visit either", async () => {
  const context = await browser.newContext();
  await (await openPage(context)).close();
  requests.length = 0;
  const page = await openPage(context);
  assert.ok(requests.length > 0 && requests.every((url) => url.endsWith("/sw.js")), requests.join("\n"));
  requests.length = 0;
  await dropFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  // The browser checks for an update by itself, a second after the page has become idle.
  await page.waitForTimeout(5000);
  assert.deepEqual(requests, []);
  assert.deepEqual(page.consoleErrors, []);
  await context.close();
});

test("a crashed worker is restarted under the same lock", async () => {
  const page = await openPage(browser);
  await dropFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  requests.length = 0;
  const restarted = page.waitForEvent("worker");
  await page.workers()[0].evaluate(() => setTimeout(() => { throw new Error("crashed by the test"); }));
  const worker = await restarted;
  await page.getByText("started again").waitFor();
  await page.locator("#file:enabled").waitFor({ state: "attached" });
  assert.deepEqual(await worker.evaluate(commonChannels, BASE), []);
  await dropFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  assert.deepEqual(requests, []);
  await page.close();
});
