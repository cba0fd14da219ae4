// All views of the page and of monitoring, for tests of every view and for screenshots.
import { BASE, chooseFile, waitForList, openPage, sampleCsv } from "./support.mjs";

async function list(page) {
  await chooseFile(page, "leads.csv", await sampleCsv());
  await waitForList(page);
}

const click = (selector) => async (page) => {
  await list(page);
  await page.click(selector);
};

/** Name of each view, and the steps that open it. */
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
      await chooseFile(page, "leads.csv", `${await sampleCsv()}${",".repeat(60)}one too many\n`);
      await waitForList(page);
      await page.getByText("could not be scored").click();
      await page.locator(".reject-group").first().waitFor();
    },
  ],
  [
    "meanings",
    async (page) => {
      await chooseFile(page, "export.csv", "Full name,Title,# Employees,Sector\nAda Lind,CTO,37,Software\nBob Berg,Intern,4,Retail\n");
      await waitForList(page);
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

/** Opens a view of the page in a new tab. */
export async function openView(browser, steps, options = {}) {
  const page = await openPage(browser, options);
  await steps(page);
  return page;
}

/** Opens the monitoring page with simulated data. */
export async function openMonitoring(browser, options = {}) {
  const page = await browser.newPage(options);
  await page.goto(new URL("monitoring?simulated=true", BASE).href);
  return page;
}
