// Pays by card at GOV.UK Pay's own provider, and waits for the webhook.
const { CARDS, expectWebhook, payByCard } = require("./steps");

exports.handler = async () => {
  const payment = await payByCard("card-sandbox", CARDS.sandbox);
  await expectWebhook(payment);
};
