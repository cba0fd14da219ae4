// Error messages of files and forms, cancellation, and layout.
import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  BASE, chooseFile, download, exportLeads, launchBrowser, openPage, parseCsv, sampleCsv, waitForList,
} from "./support.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

const notice = (page) => page.locator(".notice p").textContent();

test("invalid files get an error message, and the next file is imported", async () => {
  const page = await openPage(browser);
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), Buffer.from("JFIF\0"), Buffer.alloc(5000, 0xa7)]);
  const files = [
    ["empty.csv", "", /is empty/],
    ["headers.csv", "jobtitle,industry\n", /no leads below/],
    ["photo.jpg", jpeg, /This is a picture(?!.*Save)/],
    ["strangers.csv", "colour,weight\nred,5\n", /None of the columns.*"colour", "weight"/],
    ["twice.csv", "jobtitle,jobtitle\nCEO,CEO\n", /stands in the file twice/],
  ];
  for (const [name, bytes, sentence] of files) {
    await chooseFile(page, name, bytes);
    await page.getByText(`${name}:`).waitFor();
    assert.match(await notice(page), sentence);
    assert.doesNotMatch(await notice(page), /undefined|Error|panicked/);
  }
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
  assert.equal(await page.locator(".notice").count(), 0);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a file without valid rows lists all rejects with reasons and its own column names", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "nothing.csv", "jobtitle,LLM_Quality\nCEO,900\nCTO,-1\n");
  await page.getByText("None of the 2 rows").waitFor();
  const groups = await page.locator(".refused summary").allTextContents();
  assert.deepEqual(groups, ["1 row, column LLM_Quality: number too large", "1 row, column LLM_Quality: number too small"]);
  await page.getByText("number too large").click();
  await page.getByText("Correct or empty these cells").first().waitFor();
  const cells = await page.locator(".refused tbody tr:first-child td").allTextContents();
  assert.equal(cells[0], "2");
  assert.match(cells[1], /at most 100/);
  const { name, bytes } = await download(page, "#download-rejects");
  assert.equal(name, "nothing-not-scored.csv");
  assert.equal(parseCsv(bytes.toString()).length, 3);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("a rejected file keeps the previous list, its name and its exports", async () => {
  const page = await openPage(browser);
  await chooseFile(page, "ranked.csv", await sampleCsv());
  await waitForList(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await chooseFile(page, "photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
  await page.getByText("photo.jpg:").waitFor();
  await page.getByRole("button", { name: "Back to the list" }).click();
  await waitForList(page);
  assert.equal(await page.locator(".notice").count(), 0);
  assert.equal((await exportLeads(page)).name, "ranked-ranked.csv");
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("an import cancelled while it finishes keeps the previous list", async () => {
  const page = await browser.newPage();
  // Delays the message that an import is finished.
  await page.addInitScript(() => {
    const { set } = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
    Object.defineProperty(Worker.prototype, "onmessage", {
      set(handler) {
        set.call(this, (event) => {
          if (window.delaying && "FileRead" in event.data[0]) window.deliver = () => handler(event);
          else handler?.(event);
        });
      },
    });
  });
  await page.goto(BASE);
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  await chooseFile(page, "first.csv", await sampleCsv());
  await waitForList(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await page.evaluate(() => (window.delaying = true));
  await chooseFile(page, "second.csv", await sampleCsv());
  await page.waitForFunction(() => window.deliver);
  await page.click("#cancel");
  await page.evaluate(() => window.deliver());
  await page.getByRole("button", { name: "Back to the list" }).click();
  await page.click("#paged");
  await page.click(".pager button:last-child");
  await page.getByText("101–200 of 500").waitFor({ timeout: 5000 });
  assert.equal((await exportLeads(page)).name, "first-ranked.csv");
  await page.close();
});

test("a missing asset is reported with a reload button and without progress", async () => {
  const page = await browser.newPage();
  await page.route("**/models/index.json", (route) => route.abort(), { times: 1 });
  await page.goto(BASE);
  await page.getByText("did not arrive").waitFor();
  assert.equal(await page.getByText(/getting ready|Loading the model/).count(), 0);
  await page.getByRole("button", { name: "Reload" }).click();
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  await page.close();
});

test("50 MB of commas and a file above the size limit get an error message", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leadlight-"));
  const page = await openPage(browser);
  try {
    await writeFile(join(folder, "commas.csv"), Buffer.alloc(50_000_000, ","));
    await page.setInputFiles("#file", join(folder, "commas.csv"));
    await page.locator(".notice").waitFor({ timeout: 60_000 });
    assert.match(await notice(page), /commas\.csv: .*(first line|columns)/);

    await writeFile(join(folder, "huge.csv"), "jobtitle\n");
    await truncate(join(folder, "huge.csv"), 1_250_000_001);
    await page.setInputFiles("#file", join(folder, "huge.csv"));
    await page.getByText("larger than this page can hold (1.2 GB)").waitFor();
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("broken rows are reported with line, column and reason, and the others are scored", async () => {
  const page = await openPage(browser);
  const text = "name,jobtitle,llm_quality\nAda,CEO,80\nBob,CTO\nCem,VP,abc\nDan,Sales,70\nEve,CFO,50,more\n";
  await chooseFile(page, "ragged.csv", text);
  await waitForList(page);
  await page.getByText("rows could not be scored").click();
  await page.locator(".reject-group").first().waitFor();
  const { name, bytes } = await download(page, "#download-rejects");
  assert.equal(name, "ragged-not-scored.csv");
  const [header, ...rows] = parseCsv(bytes.toString());
  assert.deepEqual(header, ["line", "column", "reason", "name", "jobtitle", "llm_quality"]);
  // Original cells, so that they can be corrected in the file.
  const rejected = rows.find(([line, column]) => line === "4" && column === "llm_quality");
  assert.deepEqual(rejected?.slice(3), ["Cem", "VP", "abc"], bytes.toString());
  const shown = await page.locator("table.leads tr.lead").count();
  assert.equal(shown + rows.length, 5);
  assert.equal(await page.locator(".rejects tbody tr").count(), rows.length);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("an import can be cancelled, and the next file is accepted", async () => {
  const page = await openPage(browser);
  const text = await sampleCsv();
  const body = text.slice(text.indexOf("\n") + 1);
  const folder = await mkdtemp(join(tmpdir(), "leadlight-"));
  try {
    await writeFile(join(folder, "large.csv"), text + body.repeat(200));
    await page.setInputFiles("#file", join(folder, "large.csv"));
    await page.click("#cancel");
    await page.getByText("Stopped.").waitFor();
    await chooseFile(page, "leads.csv", text);
    await waitForList(page);
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("validation errors use the labels of the form", async () => {
  const page = await openPage(browser);
  await page.click("#by-hand");
  await page.fill("#field-companyfoundedon", "last year");
  await page.click("#score");
  await page.locator("#fault-companyfoundedon").getByText("Founded in should be a number.").waitFor();
  const field = page.locator("#field-companyfoundedon");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.equal(await field.getAttribute("aria-describedby"), "fault-companyfoundedon");
  assert.ok(await field.evaluate((element) => element === document.activeElement), "the faulty field has no focus");
  await page.fill("#field-companyfoundedon", "2015");
  await page.click("#score");
  await page.locator("[data-probability]").waitFor();
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

test("an error in a folded part of the form unfolds it", async () => {
  const page = await openPage(browser);
  const fold = page.locator("details.enriched summary");
  await page.click("#by-hand");
  await fold.click();
  await page.fill("#field-llm_quality", "900");
  await fold.click();
  await page.click("#score");
  await page.locator("#fault-llm_quality").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-llm_quality");
  await page.close();
});

test("an empty form is not scored", async () => {
  const page = await openPage(browser);
  await page.click("#by-hand");
  await page.click("#score");
  await page.getByText("at least one field").waitFor();
  assert.equal(await page.locator("[data-probability]").count(), 0);
  await page.close();
});

test("form input and score survive other views; the score is visible on a narrow screen", async () => {
  const page = await openPage(browser, { viewport: { width: 360, height: 740 } });
  await page.click("#by-hand");
  await page.fill("#field-jobtitle", "Head of Sales");
  await page.click("#score");
  await page.locator("[data-probability]").waitFor();
  const isVisible = () => {
    const { top, bottom } = document.querySelector("#verdict").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight + 1;
  };
  await page.waitForFunction(isVisible, undefined, { timeout: 5000 });
  await page.getByRole("button", { name: "Back" }).click();
  await page.click("#by-hand");
  assert.equal(await page.inputValue("#field-jobtitle"), "Head of Sales");
  assert.equal(await page.locator("[data-probability]").count(), 1);
  assert.deepEqual(page.consoleErrors, []);
  await page.close();
});

/** Finds texts with a contrast ratio below 4.5. */
const lowContrastTexts = () => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parts(colour).map((part) => (part / 255 <= 0.03928 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element, pseudo) => {
    let surface = element;
    while (parts(getComputedStyle(surface).backgroundColor)[3] === 0) surface = surface.parentElement;
    const [low, high] = [luminance(getComputedStyle(element, pseudo).color), luminance(getComputedStyle(surface).backgroundColor)]
      .toSorted((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = [...document.querySelectorAll("main *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ""));
  const all = [...texts.map((element) => [element, null]), [document.querySelector("#search"), "::placeholder"]];
  const opaque = (element) => !element || (getComputedStyle(element).opacity === "1" && opaque(element.parentElement));
  const faint = all.filter(([element, pseudo]) => !opaque(element) || contrast(element, pseudo) < 4.5);
  return faint.map(([element]) => `${element.tagName} ${element.className} ${element.textContent}`);
};

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    test(`in ${colorScheme} mode, ${width} wide, nothing overflows horizontally`, async () => {
      const page = await openPage(browser, { colorScheme, viewport: { width, height: 800 } });
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      const surface = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const brightness = Math.max(...surface.match(/\d+/g).map(Number));
      assert.equal(brightness < 128, colorScheme === "dark", surface);
      assert.ok((await overflow()) <= 0, "start");
      await page.click("#by-hand");
      assert.ok((await overflow()) <= 0, "form");
      await page.getByRole("button", { name: "Back" }).click();
      await page.click("#sample");
      await waitForList(page);
      assert.ok((await overflow()) <= 0, "list");
      if (width > 360) {
        const below = await page.locator(".list-foot").evaluate((foot) => foot.getBoundingClientRect().bottom - innerHeight);
        assert.ok(below <= 0, "the footer of the table is not visible");
      }
      await page.click(".chip.grade-a");
      await page.evaluate(() => {
        document.activeElement.blur();
        document.querySelector("table.leads").classList.add("stale");
      });
      assert.deepEqual(await page.evaluate(lowContrastTexts), []);
      assert.deepEqual(page.consoleErrors, []);
      await page.close();
    });
  }
}
