// Takes screenshots of every view, light and dark, on desktop and phone (`cargo xtask screenshots`). Argument: the folder.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser } from "./support.mjs";
import { VIEWS, openMonitoring, openView } from "./views.mjs";

const FOLDER = process.argv[2];
const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const browser = await launchBrowser();
await mkdir(FOLDER, { recursive: true });
for (const colorScheme of ["light", "dark"]) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    // Reduced motion makes screenshots reproducible.
    const options = { colorScheme, viewport, reducedMotion: "reduce" };
    const views = VIEWS.map(([name, steps]) => [name, () => openView(browser, steps, options)]);
    for (const [name, visit] of [...views, ["monitoring", () => openMonitoring(browser, options)]]) {
      const page = await visit();
      const path = join(FOLDER, `${name}-${screen}-${colorScheme}.jpg`);
      await page.screenshot({ path, type: "jpeg", quality: 72, animations: "disabled" });
      await page.close();
      console.log(path);
    }
  }
}
await browser.close();
