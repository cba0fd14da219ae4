// Bad files get a sentence for an answer and take nothing with them; the page fits its screen.
import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BASE, choose, download, launch, listed, open, ranked, records, sample } from "./support.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const notice = (page) => page.locator(".notice p").textContent();

test("a file that is no list of leads gets a sentence, and the next file is read", async () => {
  const page = await open(browser);
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), Buffer.from("JFIF\0"), Buffer.alloc(5000, 0xa7)]);
  const files = [
    ["empty.csv", "", /is empty/],
    ["headers.csv", "jobtitle,industry\n", /no leads below/],
    ["photo.jpg", jpeg, /not a CSV.*JPEG(?!.*Save)/],
    ["strangers.csv", "colour,weight\nred,5\n", /None of the columns.*"colour", "weight"/],
    ["twice.csv", "jobtitle,jobtitle\nCEO,CEO\n", /stands in the file twice/],
  ];
  for (const [name, bytes, sentence] of files) {
    await choose(page, name, bytes);
    await page.getByText(`${name}:`).waitFor();
    assert.match(await notice(page), sentence);
    assert.doesNotMatch(await notice(page), /undefined|Error|panicked/);
  }
  await choose(page, "leads.csv", await sample());
  await listed(page);
  assert.equal(await page.locator(".notice").count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("rows of which none is a lead are all told with their reasons, under the file's own names", async () => {
  const page = await open(browser);
  await choose(page, "nothing.csv", "jobtitle,LLM_Quality\nCEO,900\nCTO,-1\n");
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
  assert.equal(records(bytes.toString()).length, 3);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a refused file leaves the list before it, its name and its downloads", async () => {
  const page = await open(browser);
  await choose(page, "ranked.csv", await sample());
  await listed(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await choose(page, "photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
  await page.getByText("photo.jpg:").waitFor();
  await page.getByRole("button", { name: "Back to the list" }).click();
  await listed(page);
  assert.equal(await page.locator(".notice").count(), 0);
  assert.equal((await ranked(page)).name, "ranked-ranked.csv");
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("cancelled while it is being finished, a file leaves the list before it", async () => {
  const page = await browser.newPage();
  // Holds back the news that a list is finished, as a worker does that is still busy with it.
  await page.addInitScript(() => {
    const { set } = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
    Object.defineProperty(Worker.prototype, "onmessage", {
      set(hear) {
        set.call(this, (event) => {
          if (window.holding && "Read" in event.data[0]) window.held = () => hear(event);
          else hear?.(event);
        });
      },
    });
  });
  await page.goto(BASE);
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  await choose(page, "first.csv", await sample());
  await listed(page);
  await page.getByRole("button", { name: "Another file" }).click();
  await page.evaluate(() => (window.holding = true));
  await choose(page, "second.csv", await sample());
  await page.waitForFunction(() => window.held);
  await page.click("#cancel");
  await page.evaluate(() => window.held());
  await page.getByRole("button", { name: "Back to the list" }).click();
  await page.click("#paged");
  await page.click(".pager button:last-child");
  await page.getByText("101–200 of 500").waitFor({ timeout: 5000 });
  assert.equal((await ranked(page)).name, "first-ranked.csv");
  await page.close();
});

test("a part that does not arrive is told, with a way to try again, and nothing seems under way", async () => {
  const page = await browser.newPage();
  await page.route("**/models/index.json", (route) => route.abort(), { times: 1 });
  await page.goto(BASE);
  await page.getByText("did not arrive").waitFor();
  assert.equal(await page.getByText(/getting ready|Loading the model/).count(), 0);
  await page.getByRole("button", { name: "Reload" }).click();
  await page.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
  await page.close();
});

test("50 MB of commas and a file beyond all bounds get a sentence", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leadlight-"));
  const page = await open(browser);
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
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("broken rows are told with line, column and reason, and the others are scored", async () => {
  const page = await open(browser);
  const text = "name,jobtitle,llm_quality\nAda,CEO,80\nBob,CTO\nCem,VP,abc\nDan,Sales,70\nEve,CFO,50,more\n";
  await choose(page, "ragged.csv", text);
  await listed(page);
  await page.getByText("rows could not be scored").click();
  await page.locator(".reject-group").first().waitFor();
  const { name, bytes } = await download(page, "#download-rejects");
  assert.equal(name, "ragged-not-scored.csv");
  const [header, ...rows] = records(bytes.toString());
  assert.deepEqual(header, ["line", "column", "reason", "name", "jobtitle", "llm_quality"]);
  // As they were, so that they can be mended there.
  const mended = rows.find(([line, column]) => line === "4" && column === "llm_quality");
  assert.deepEqual(mended?.slice(3), ["Cem", "VP", "abc"], bytes.toString());
  const shown = await page.locator("table.leads tr.lead").count();
  assert.equal(shown + rows.length, 5);
  assert.equal(await page.locator(".rejects tbody tr").count(), rows.length);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a reading can be cancelled, and the page takes the next file", async () => {
  const page = await open(browser);
  const text = await sample();
  const body = text.slice(text.indexOf("\n") + 1);
  const folder = await mkdtemp(join(tmpdir(), "leadlight-"));
  try {
    await writeFile(join(folder, "large.csv"), text + body.repeat(200));
    await page.setInputFiles("#file", join(folder, "large.csv"));
    await page.click("#cancel");
    await page.getByText("Stopped.").waitFor();
    await choose(page, "leads.csv", text);
    await listed(page);
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("what is wrong in the form is said in its own words", async () => {
  const page = await open(browser);
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
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("a fault in a part of the form that is closed opens it", async () => {
  const page = await open(browser);
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
  const page = await open(browser);
  await page.click("#by-hand");
  await page.click("#score");
  await page.getByText("at least one field").waitFor();
  assert.equal(await page.locator("[data-probability]").count(), 0);
  await page.close();
});

test("what was typed and its score stay together, on a narrow screen within sight", async () => {
  const page = await open(browser, { viewport: { width: 360, height: 740 } });
  await page.click("#by-hand");
  await page.fill("#field-jobtitle", "Head of Sales");
  await page.click("#score");
  await page.locator("[data-probability]").waitFor();
  const inSight = () => {
    const { top, bottom } = document.querySelector("#verdict").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight + 1;
  };
  await page.waitForFunction(inSight, undefined, { timeout: 5000 });
  await page.getByRole("button", { name: "Back" }).click();
  await page.click("#by-hand");
  assert.equal(await page.inputValue("#field-jobtitle"), "Head of Sales");
  assert.equal(await page.locator("[data-probability]").count(), 1);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

/** What is less than 4.5 to 1 above its surface, as far as colours tell. */
const pale = () => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => (part / 255 <= 0.03928 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element, pseudo) => {
    let surface = element;
    while (parts(getComputedStyle(surface).backgroundColor)[3] === 0) surface = surface.parentElement;
    const [low, high] = [light(getComputedStyle(element, pseudo).color), light(getComputedStyle(surface).backgroundColor)]
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
    test(`in ${colorScheme} mode, ${width} wide, nothing hangs over the side`, async () => {
      const page = await open(browser, { colorScheme, viewport: { width, height: 800 } });
      const over = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      const surface = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const brightness = Math.max(...surface.match(/\d+/g).map(Number));
      assert.equal(brightness < 128, colorScheme === "dark", surface);
      assert.ok((await over()) <= 0, "start");
      await page.click("#by-hand");
      assert.ok((await over()) <= 0, "form");
      await page.getByRole("button", { name: "Back" }).click();
      await page.click("#sample");
      await listed(page);
      assert.ok((await over()) <= 0, "list");
      if (width > 360) {
        const below = await page.locator(".list-foot").evaluate((foot) => foot.getBoundingClientRect().bottom - innerHeight);
        assert.ok(below <= 0, "what stands below the table is out of sight");
      }
      await page.click(".chip.grade-a");
      await page.evaluate(() => {
        document.activeElement.blur();
        document.querySelector("table.leads").classList.add("stale");
      });
      assert.deepEqual(await page.evaluate(pale), []);
      assert.deepEqual(page.complaints, []);
      await page.close();
    });
  }
}
