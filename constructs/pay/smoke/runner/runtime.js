// Stands in for the runtime of CloudWatch Synthetics: runs the handler of an unpacked canary.
//
//   node runtime.js FOLDER    FOLDER/run.json says what to run, FOLDER/result.json what came of it
//
// It answers the names that AWS's runtime adds (`require`), opens the machine's own Chromium, and
// passes calls of the AWS SDK on to the program that started it. `resolve` leads names to other
// places, as DNS does: host -> address:port.
"use strict";

const fs = require("fs");
const http = require("http");
const https = require("https");
const Module = require("module");
const net = require("net");
const path = require("path");
const puppeteer = require("puppeteer-core");

const folder = process.argv[2];
const run = JSON.parse(fs.readFileSync(path.join(folder, "run.json"), "utf8"));
const steps = [];
let browser, page;

/** Returns Chromium's arguments with one rule that leads every name to its place. */
function resolved(args) {
  const rule = /^--host-resolver-rules=/;
  const own = args.filter((arg) => rule.test(arg)).flatMap((arg) => arg.replace(rule, "").split(","));
  const led = own.map((each) => {
    const [, host, address] = each.split(" ");
    return `MAP ${host} ${run.resolve[address] || address}`;
  });
  const others = Object.entries(run.resolve).map(([host, place]) => `MAP ${host} ${place}`);
  const rules = [...led, ...others];
  return [
    ...args.filter((arg) => !rule.test(arg)),
    ...(rules.length ? [`--host-resolver-rules=${rules.join(",")}`] : []),
    ...(run.trusted_key ? [`--ignore-certificate-errors-spki-list=${run.trusted_key}`] : []),
  ];
}

const synthetics = {
  getDefaultLaunchOptions: async () => ({ args: run.browser.args }),
  async launch({ args }) {
    await (browser && browser.close());
    page = undefined;
    browser = await puppeteer.launch({
      args: resolved(args),
      executablePath: run.browser.path,
      headless: "shell",
      defaultViewport: { width: 1920, height: 1080 },
    });
  },
  async getPage() {
    if (!browser) await synthetics.launch(await synthetics.getDefaultLaunchOptions());
    page = page || (await browser.newPage());
    return page;
  },
  async executeStep(name, act) {
    const began = Date.now();
    const keep = (error) => steps.push({ name, ms: Date.now() - began, error: error || null });
    try {
      const result = await act();
      keep();
      return result;
    } catch (error) {
      keep(error.message);
      throw error;
    }
  },
};

/** Lets the program that started this one call AWS, with its own credentials. */
function askAws(operation, input) {
  return new Promise((resolve, reject) => {
    const call = http.request(run.aws, { method: "POST" }, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => {
        const content = JSON.parse(text);
        if (answer.statusCode === 200) return resolve(content);
        const $metadata = { httpStatusCode: content.status };
        reject(Object.assign(new Error(content.message), { $metadata }));
      });
    });
    call.on("error", reject);
    call.end(JSON.stringify({ operation, input }));
  });
}

const sdk = (client, operation) => ({
  [client]: class {
    send = (command) => askAws(operation, command.input);
  },
  [`${operation}Command`]: class {
    constructor(input) {
      this.input = input;
    }
  },
});

const MODULES = {
  "@aws/synthetics-puppeteer": synthetics,
  "@aws-sdk/client-secrets-manager": sdk("SecretsManagerClient", "GetSecretValue"),
  "@aws-sdk/client-s3": sdk("S3Client", "HeadObject"),
  "@aws-sdk/client-elastic-load-balancing-v2": sdk(
    "ElasticLoadBalancingV2Client",
    "DescribeLoadBalancers",
  ),
};

const load = Module._load;
Module._load = (name, ...rest) => MODULES[name] || load(name, ...rest);

/** Leads a connection of Node's own modules to its place. */
function led(options) {
  const place = run.resolve[options.host];
  if (!place) return options;
  const [host, port] = place.split(":");
  return { ...options, host, port: Number(port) };
}
const { request } = https;
https.request = (options, ...rest) => request(led(options), ...rest);
const { connect } = net;
net.connect = (options, ...rest) => connect(led(options), ...rest);

async function main() {
  const [file, entry] = run.handler.split(".");
  let error;
  try {
    await require(path.join(folder, "nodejs", "node_modules", `${file}.js`))[entry]();
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
    if (page) await page.screenshot({ path: path.join(folder, "failed.png") }).catch(() => {});
  }
  await (browser && browser.close().catch(() => {}));
  const result = { passed: error === undefined, reason: error || "", steps };
  fs.writeFileSync(path.join(folder, "result.json"), JSON.stringify(result));
}

main().then(() => process.exit(0));
