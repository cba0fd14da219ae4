// Bad files get a sentence for an answer and take nothing with them; the page fits its screen.
import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { choose, download, launch, listed, open, records, sample } from "./support.mjs";

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
    ["photo.jpg", jpeg, /not a CSV/],
    ["strangers.csv", "colour,weight\nred,5\n", /None of the columns.*"colour", "weight"/],
    ["twice.csv", "jobtitle,jobtitle\nCEO,CEO\n", /stands in the file twice/],
    ["nothing.csv", "jobtitle,llm_quality\nCEO,900\n", /None of the 1 row.*line 2.*at most 100/],
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

test("50 MB of commas and a file beyond all bounds get a sentence", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leadlight-"));
  const page = await open(browser);
  try {
    await writeFile(join(folder, "commas.csv"), Buffer.alloc(50_000_000, ","));
    await page.setInputFiles("#file", join(folder, "commas.csv"));
    await page.locator(".notice").waitFor({ timeout: 60_000 });
    assert.match(await notice(page), /commas\.csv: .*(first line|columns)/);

    await writeFile(join(folder, "huge.csv"), "jobtitle\n");
    await truncate(join(folder, "huge.csv"), 250_000_001);
    await page.setInputFiles("#file", join(folder, "huge.csv"));
    await page.getByText("larger than this page can hold (250.0 MB)").waitFor();
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
  await page.locator(".rejects td.reason").first().waitFor();
  const { name, bytes } = await download(page, "#download-rejects");
  assert.equal(name, "ragged-not-scored.csv");
  const [header, ...rows] = records(bytes.toString());
  assert.deepEqual(header, ["line", "column", "reason"]);
  assert.ok(rows.some(([line, column]) => line === "4" && column === "llm_quality"), bytes.toString());
  const shown = await page.locator("table.leads tbody tr").count();
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
  await page.getByText("Founded in should be a number.").waitFor();
  assert.equal(await page.getAttribute("#field-companyfoundedon", "aria-invalid"), "true");
  await page.fill("#field-companyfoundedon", "2015");
  await page.click("#score");
  await page.locator("[data-probability]").waitFor();
  assert.deepEqual(page.complaints, []);
  await page.close();
});

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
      assert.deepEqual(page.complaints, []);
      await page.close();
    });
  }
}
