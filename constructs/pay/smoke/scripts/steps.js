// What the scenarios share: requests and pages of the side that is tried, and what Pay answers.
//
// Each scenario is a file beside this one. It runs in CloudWatch Synthetics, or by `pay smoke --local`.
// Its environment:
//   HOSTS        service=host,...   the names that callers use
//   BALANCERS    host=balancer,...  the load balancers of the side that is tried; others follow DNS
//   SECRET_NAME  name               the secret with the tokens
//   WEBHOOKS     bucket/prefix      where webhooks arrive; empty: no scenario waits for one
//   CHECKS       url url ...        what the probe asks
"use strict";

const https = require("https");
const synthetics = require("@aws/synthetics-puppeteer");

const PATIENCE_MS = 1000 * Number(process.env.PATIENCE_SECONDS || 25);
const AMOUNT_PENCE = 100;

const pairs = (text) =>
  Object.fromEntries(
    (text || "")
      .split(",")
      .filter(Boolean)
      .map((pair) => pair.split("=")),
  );
const hosts = pairs(process.env.HOSTS);
const balancers = pairs(process.env.BALANCERS);

const CARDS = {
  // GOV.UK Pay documentation, "Mock card numbers and email addresses".
  sandbox: { number: "4444333322221111", name: "Smoke Test" },
  // Stripe documentation, "Testing".
  stripe: { number: "4242424242424242", name: "Smoke Test" },
  stripeChallenged: { number: "4000002760003184", name: "Smoke Test" },
  // Worldpay's test system answers by the name of the card holder.
  worldpay: { number: "4444333322221111", name: "Smoke Test" },
  worldpayChallenged: { number: "4444333322221111", name: "3DS_V2_CHALLENGE_IDENTIFIED" },
  worldpayExempt: { number: "4444333322221111", name: "EE.HONOURED_ISSUER_HONOURED.AUTHORISED" },
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs a step: AWS takes screenshots around it and keeps its name, result and time. */
const step = (name, act) => synthetics.executeStep(name, act);

/** Fails with this text unless the fact holds. */
function expect(holds, text) {
  if (!holds) throw new Error(text);
}

/** Runs what only a third party answers for: `pay smoke` tells such a failure apart by these words. */
async function ofThirdParty(name, act) {
  try {
    return await act();
  } catch (error) {
    throw new Error(`third party ${name}: ${error.message}`);
  }
}

let addresses;

/** Returns host -> address of the load balancers of the side that is tried. */
async function sideAddresses() {
  if (!addresses && Object.keys(balancers).length) {
    const {
      ElasticLoadBalancingV2Client,
      DescribeLoadBalancersCommand,
    } = require("@aws-sdk/client-elastic-load-balancing-v2");
    const command = new DescribeLoadBalancersCommand({ Names: Object.values(balancers) });
    const { LoadBalancers } = await new ElasticLoadBalancingV2Client({}).send(command);
    const named = Object.fromEntries(LoadBalancers.map((it) => [it.LoadBalancerName, it.DNSName]));
    addresses = Object.fromEntries(
      Object.entries(balancers).map(([host, balancer]) => [host, named[balancer]]),
    );
  }
  return addresses || {};
}

/** Sends a request to the side that is tried; the name stays, so TLS and its certificate do, too. */
async function request(method, url, { headers, body } = {}) {
  const { hostname, pathname, search } = new URL(url);
  const address = (await sideAddresses())[hostname];
  const options = {
    method,
    host: address || hostname,
    servername: hostname,
    path: pathname + search,
    headers: { Host: hostname, Accept: "application/json", ...headers },
    timeout: PATIENCE_MS,
  };
  if (body !== undefined) options.headers["Content-Type"] = "application/json";
  return new Promise((resolve, reject) => {
    const failed = (error) => reject(new Error(`${method} ${url}: ${error.message}`));
    const call = https.request(options, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("error", failed);
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    call.on("timeout", () => call.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)));
    call.on("error", failed);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

let secret;

/** Returns one value of the secret; its values are never printed. */
async function secretValue(key) {
  if (!secret) {
    const { SecretsManagerClient, GetSecretValueCommand } = require("@aws-sdk/client-secrets-manager");
    const command = new GetSecretValueCommand({ SecretId: process.env.SECRET_NAME });
    secret = JSON.parse((await new SecretsManagerClient({}).send(command)).SecretString);
  }
  expect(secret[key], `the secret ${process.env.SECRET_NAME} has no key ${key}`);
  return secret[key];
}

const tokenKey = (scenario) => `API_TOKEN_${scenario.toUpperCase().replace(/-/g, "_")}`;

/** Calls publicapi as the service whose token the scenario has, and returns the JSON. */
async function api(scenario, method, path, wanted, body) {
  const headers = { Authorization: `Bearer ${await secretValue(tokenKey(scenario))}` };
  const answer = await request(method, `https://${hosts.publicapi}${path}`, { headers, body });
  expect(answer.status === wanted, `${method} ${path} answered ${answer.status}, not ${wanted}`);
  return answer.text ? JSON.parse(answer.text) : {};
}

const createPayment = (scenario, more) =>
  step("create a payment", () =>
    api(scenario, "POST", "/v1/payments", 201, {
      amount: AMOUNT_PENCE,
      reference: `smoke ${scenario}`,
      description: "Smoke test",
      ...more,
    }),
  );

/** Waits until a payment has the status, and returns it. */
async function expectStatus(scenario, id, status, thirdParty) {
  return step(`payment is ${status}`, async () => {
    const until = Date.now() + PATIENCE_MS;
    let payment;
    do {
      payment = await api(scenario, "GET", `/v1/payments/${id}`, 200);
      if (payment.state.status === status || payment.state.finished) break;
      await sleep(500);
    } while (Date.now() < until);
    const { status: actual, code } = payment.state;
    const text = `payment ${id} is ${actual}${code ? ` (${code})` : ""}, not ${status}`;
    // P0050: the payment provider answered with an error, or not at all (GOV.UK Pay API reference).
    if (thirdParty && code === "P0050") {
      await ofThirdParty(thirdParty, () => expect(false, text));
    }
    expect(actual === status, text);
    return payment;
  });
}

/** Opens a browser that reaches the side that is tried under the public names. */
async function openPage() {
  const rules = Object.entries(await sideAddresses()).map(([host, address]) => `MAP ${host} ${address}`);
  const { args } = await synthetics.getDefaultLaunchOptions();
  if (rules.length) {
    await synthetics.launch({ args: [...args, `--host-resolver-rules=${rules.join(",")}`] });
  }
  const page = await synthetics.getPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

async function open(page, url) {
  const answer = await page.goto(url, { waitUntil: "domcontentloaded" });
  expect(answer.status() < 400, `${new URL(url).hostname} answered ${answer.status()}`);
}

/** Clicks and waits for the page that follows. */
async function follow(page, selector) {
  await page.waitForSelector(selector);
  await Promise.all([
    page.waitForNavigation({ waitUntil: "domcontentloaded" }),
    page.click(selector),
  ]);
}

const labelled = (text) =>
  `::-p-xpath(//*[self::a or self::button][contains(normalize-space(.), "${text}")])`;

async function fillCard(page, card) {
  const fields = {
    "card-no": card.number,
    "expiry-month": "12",
    "expiry-year": String(new Date().getFullYear() + 2),
    "cardholder-name": card.name,
    cvc: "123",
    "address-line-1": "1 Smoke Street",
    "address-line-2": "Floor 2",
    "address-city": "London",
    "address-postcode": "EC1A 1AA",
    email: await secretValue("EMAIL_ADDRESS"),
  };
  for (const [id, value] of Object.entries(fields)) {
    await page.waitForSelector(`#${id}`);
    await page.type(`#${id}`, value);
  }
}

const CHALLENGES = {
  stripe: async (page) => {
    const frame = await page.waitForFrame((each) => each.name() === "stripe-challenge-frame");
    await frame.waitForSelector("#test-source-authorize-3ds");
    await frame.click("#test-source-authorize-3ds");
  },
  worldpay: async (page) => {
    const frame = await (await page.$(".iframe-3ds")).contentFrame();
    await frame.waitForSelector("#challengeForm > [type=submit]");
    await frame.click("#challengeForm > [type=submit]");
  },
};

/** Pays on the card pages of frontend; `challenge` names the provider that asks for 3D Secure. */
async function payOnPages(payment, card, challenge) {
  const page = await openPage();
  await step("open the card page", () => open(page, payment._links.next_url.href));
  await step("enter the card", async () => {
    await fillCard(page, card);
    await follow(page, "#submit-card-details");
  });
  if (challenge) {
    await step("show the 3D Secure challenge", () => page.waitForSelector(".iframe-3ds"));
    await step("answer the 3D Secure challenge", () =>
      ofThirdParty(challenge, () => CHALLENGES[challenge](page)),
    );
  }
  await step("confirm", () => follow(page, "#confirm"));
}

/** Creates a payment, pays it on the card pages and returns it when it has succeeded. */
async function payByCard(scenario, card, { thirdParty, challenge, ...more } = {}) {
  const return_url = `https://${hosts.publicapi}/healthcheck`;
  const payment = await createPayment(scenario, { return_url, ...more });
  await payOnPages(payment, card, challenge);
  return expectStatus(scenario, payment.payment_id, "success", thirdParty);
}

/** Sets up an agreement by a first payment, then pays by it without a page. */
async function payByAgreement(scenario, card, thirdParty) {
  const { agreement_id } = await step("create an agreement", () =>
    api(scenario, "POST", "/v1/agreements", 201, {
      reference: `smoke ${scenario}`,
      description: "Smoke test",
    }),
  );
  await payByCard(scenario, card, { thirdParty, set_up_agreement: agreement_id });
  await step("agreement is active", async () => {
    const { status } = await api(scenario, "GET", `/v1/agreements/${agreement_id}`, 200);
    expect(status === "active", `agreement ${agreement_id} is ${status}, not active`);
  });
  const agreement_payment_type = "recurring";
  const payment = await createPayment(scenario, {
    agreement_id,
    agreement_payment_type,
    authorisation_mode: "agreement",
  });
  const paid = await expectStatus(scenario, payment.payment_id, "success", thirdParty);
  const type = paid.agreement_payment_type;
  expect(type === agreement_payment_type, `payment type is ${type}, not ${agreement_payment_type}`);
}

/** Waits until the receiver of webhooks has kept the message about a payment. */
async function expectWebhook({ payment_id }) {
  if (!process.env.WEBHOOKS) return;
  await step("webhook arrives", async () => {
    const { S3Client, HeadObjectCommand } = require("@aws-sdk/client-s3");
    const [bucket, ...prefix] = process.env.WEBHOOKS.split("/");
    const command = new HeadObjectCommand({ Bucket: bucket, Key: [...prefix, payment_id].join("/") });
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await new S3Client({}).send(command);
      } catch (error) {
        // 403: without the right to list a bucket, S3 does not say that an object is missing.
        const status = error.$metadata && error.$metadata.httpStatusCode;
        expect([403, 404].includes(status), `S3 answered ${status || error.message}`);
        expect(Date.now() < until, `no webhook about payment ${payment_id} arrived`);
      }
      await sleep(500);
    }
  });
}

module.exports = {
  CARDS,
  PATIENCE_MS,
  api,
  createPayment,
  expect,
  expectStatus,
  expectWebhook,
  follow,
  hosts,
  labelled,
  open,
  openPage,
  payByAgreement,
  payByCard,
  request,
  secretValue,
  sideAddresses,
  step,
};
