// Opens a page and prints what axe-core finds, and what a reader meets, as JSON:
// node browser.mjs URL '{"width": 1280, "mode": "light", "text": 100, "media": "screen", "forced": false, "keyboard": false}'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [url, given] = process.argv.slice(2);
const asked = JSON.parse(given);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

chromium.setGraphicsMode = false; // no page draws with WebGL, which takes a fifth of each start
const browser = await puppeteer.launch({
  // A reader's own size of letters: media queries follow it, too.
  args: [...chromium.args, `--blink-settings=defaultFontSize=${(16 * asked.text) / 100}`],
  executablePath: await chromium.executablePath(),
  headless: "shell",
});
try {
  const page = await browser.newPage();
  const requests = [];
  const errors = [];
  page.on("request", (request) => request.url() !== url && requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.setViewport({ width: asked.width, height: 900 });
  const devtools = await page.createCDPSession();
  await devtools.send("Emulation.setEmulatedMedia", {
    media: asked.media,
    features: [
      { name: "prefers-color-scheme", value: asked.mode },
      { name: "forced-colors", value: asked.forced ? "active" : "none" },
    ],
  });
  await page.goto(url);
  // On paper nothing can be unfolded: what is folded there is not read.
  const unread = await page.$$eval("details li, details td", (all) =>
    all.filter((each) => !each.checkVisibility({ contentVisibilityAuto: true })).length,
  );
  const keyboard = asked.keyboard ? await walk(page) : [];
  if (asked.media === "screen") {
    await page.$$eval("details", (all) => all.forEach((each) => (each.open = true)));
  }
  await page.evaluate(readFileSync(axe, "utf8"));
  const found = await page.evaluate((values) => axe.run(document, { runOnly: values }), rules);
  const violations = found.violations.map(
    (each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.html).join(", ").slice(0, 300)})`,
  );
  const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  const cut = await page.$$eval(".bar span", (all) =>
    all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent),
  );
  console.log(JSON.stringify({ violations, overflows, requests, errors, unread, keyboard, cut }));
} finally {
  await browser.close();
}

/** Walks the page by Tab, and returns what is wrong: no visible focus, another order, a dead summary. */
async function walk(page) {
  const wrong = [];
  const count = await page.$$eval("a[href], summary, [tabindex='0']", (all) => {
    const folds = (each) => (each.tagName === "SUMMARY" ? each.parentElement.parentElement : each);
    const reached = all.filter((each) => !folds(each).closest("details:not([open])"));
    reached.forEach((each, number) => (each.dataset.number = number));
    return reached.length;
  });
  for (let number = 0; number < count; number++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const each = document.activeElement;
      const style = getComputedStyle(each);
      const name = (each.getAttribute("aria-label") ?? each.textContent).trim().slice(0, 60);
      const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return { name, seen, number: Number(each.dataset.number), is_summary: each.tagName === "SUMMARY" };
    });
    if (at.number !== number) wrong.push(`${at.name}: number ${at.number} comes as ${number}`);
    if (!at.seen) wrong.push(`${at.name}: its focus is not seen`);
    if (at.is_summary) {
      await page.keyboard.press("Enter");
      const opens = await page.evaluate(() => document.activeElement.parentElement.open);
      if (!opens) wrong.push(`${at.name}: Enter does not open it`);
      await page.keyboard.press("Enter");
    }
  }
  return wrong;
}
