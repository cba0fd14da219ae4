// Accessibility: axe-core finds no serious violation in any view, light and dark, on phone and desktop.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launchBrowser } from "./support.mjs";
import { VIEWS, openMonitoring, openView } from "./views.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** Returns the serious and critical violations of a page. */
async function violations(page) {
  // Evaluated over the debugging protocol: the page's policy blocks scripts.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}

// Covers both color schemes and both widths once.
for (const [colorScheme, width] of [["light", 1280], ["dark", 360]]) {
  const options = { colorScheme, viewport: { width, height: 800 } };
  test(`no view has a serious violation in ${colorScheme} mode, ${width} wide`, async () => {
    const views = VIEWS.map(([name, steps]) => [name, () => openView(browser, steps, options)]);
    const found = {};
    for (const [name, visit] of [...views, ["monitoring", () => openMonitoring(browser, options)]]) {
      const page = await visit();
      const serious = await violations(page);
      if (serious.length > 0) found[name] = serious;
      await page.close();
    }
    assert.deepEqual(found, {});
  });
}
