// Opens a page and prints what axe-core finds, as JSON: node browser.mjs URL WIDTH light|dark
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [url, width, mode] = process.argv.slice(2);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const browser = await puppeteer.launch({
  args: chromium.args,
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
  await page.setViewport({ width: Number(width), height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: mode }]);
  await page.goto(url);
  // What is folded is read, too.
  await page.$$eval("details", (all) => all.forEach((each) => (each.open = true)));
  await page.evaluate(readFileSync(axe, "utf8"));
  const found = await page.evaluate((values) => axe.run(document, { runOnly: values }), rules);
  const violations = found.violations.map(
    (each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.html).join(", ").slice(0, 300)})`,
  );
  const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  console.log(JSON.stringify({ violations, overflows, requests, errors }));
} finally {
  await browser.close();
}
