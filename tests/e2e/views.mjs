// Every view of the page and of monitoring, each with the way to it: for tests that look at all of them, and for pictures.
import { BASE, choose, listed, open, sample } from "./support.mjs";

async function list(page) {
  await choose(page, "leads.csv", await sample());
  await listed(page);
}

const click = (selector) => async (page) => {
  await list(page);
  await page.click(selector);
};

/** Name and way of each view of the page, from a page that is ready. */
export const VIEWS = [
  ["start", async () => {}],
  ["list", list],
  ["filters", click("#filters")],
  ["columns", click("#columns")],
  ["take", click("#download")],
  [
    "lead",
    async (page) => {
      await list(page);
      await page.locator("table.leads tr.lead").nth(2).click();
      await page.locator(".lead-panel h3").first().waitFor();
    },
  ],
  [
    "rejects",
    async (page) => {
      await choose(page, "leads.csv", `${await sample()}${",".repeat(60)}one too many\n`);
      await listed(page);
      await page.getByText("could not be scored").click();
      await page.locator(".reject-group").first().waitFor();
    },
  ],
  [
    "meanings",
    async (page) => {
      await choose(page, "export.csv", "Full name,Title,# Employees,Sector\nAda Lind,CTO,37,Software\nBob Berg,Intern,4,Retail\n");
      await listed(page);
      await page.click("details.columns summary");
      await page.locator("details.columns table").waitFor();
    },
  ],
  [
    "by-hand",
    async (page) => {
      await page.click("#by-hand");
      await page.fill("#field-jobtitle", "Head of Marketing");
      await page.click("#score");
      await page.locator(".verdict-number").waitFor();
    },
  ],
  [
    "privacy",
    async (page) => {
      await page.click("#privacy");
      await page.locator(".rule").waitFor();
    },
  ],
];

/** Opens a view of the page. */
export async function show(browser, way, options = {}) {
  const page = await open(browser, options);
  await way(page);
  return page;
}

/** Opens the monitoring page with simulated data. */
export async function monitoring(browser, options = {}) {
  const page = await browser.newPage(options);
  await page.goto(new URL("monitoring?simulated=true", BASE).href);
  return page;
}
