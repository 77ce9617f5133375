// Follows a payment link up to the card page.
const { expect, follow, hosts, labelled, open, openPage, secretValue, step } = require("./steps");

exports.handler = async () => {
  const link = await secretValue("SMOKE_TEST_PRODUCT_PAYMENT_LINK_URL");
  const host = new URL(link).hostname;
  expect(host === hosts["products-ui"], `the link leads to ${host}, not ${hosts["products-ui"]}`);
  const page = await openPage();
  await step("open the link", () => open(page, link));
  await step("start", () => follow(page, labelled("Continue")));
  await step("enter the amount", async () => {
    await page.waitForSelector("#payment-amount");
    await page.type("#payment-amount", "50.50");
    await follow(page, labelled("Continue"));
  });
  await step("proceed to the card page", () => follow(page, labelled("Proceed")));
  const title = await page.title();
  expect(title.startsWith("Enter card details"), `the page is called ${JSON.stringify(title)}`);
};
