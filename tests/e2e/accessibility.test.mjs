// What axe-core finds in every view, light and dark, on a phone and a desktop: nothing serious.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch } from "./support.mjs";
import { VIEWS, monitoring, show } from "./views.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** The serious and critical violations of what a page shows, as lines. */
async function violations(page) {
  // Handed over by the browser's own protocol: the page's policy lets no script in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}

// Each of both schemes and of both widths once.
for (const [colorScheme, width] of [["light", 1280], ["dark", 360]]) {
  const options = { colorScheme, viewport: { width, height: 800 } };
  test(`no view has a serious violation in ${colorScheme} mode, ${width} wide`, async () => {
    const ways = VIEWS.map(([name, way]) => [name, () => show(browser, way, options)]);
    const found = {};
    for (const [name, visit] of [...ways, ["monitoring", () => monitoring(browser, options)]]) {
      const page = await visit();
      const serious = await violations(page);
      if (serious.length > 0) found[name] = serious;
      await page.close();
    }
    assert.deepEqual(found, {});
  });
}
