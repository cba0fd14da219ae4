// Pictures of every view, light and dark, on a desktop and a phone, into the folder that is named: `cargo xtask screenshots`.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./support.mjs";
import { VIEWS, monitoring, show } from "./views.mjs";

const FOLDER = process.argv[2];
const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const browser = await launch();
await mkdir(FOLDER, { recursive: true });
for (const colorScheme of ["light", "dark"]) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    // Without motion, so that a picture is the same each time.
    const options = { colorScheme, viewport, reducedMotion: "reduce" };
    const ways = VIEWS.map(([name, way]) => [name, () => show(browser, way, options)]);
    for (const [name, visit] of [...ways, ["monitoring", () => monitoring(browser, options)]]) {
      const page = await visit();
      const path = join(FOLDER, `${name}-${screen}-${colorScheme}.jpg`);
      await page.screenshot({ path, type: "jpeg", quality: 72, animations: "disabled" });
      await page.close();
      console.log(path);
    }
  }
}
await browser.close();
