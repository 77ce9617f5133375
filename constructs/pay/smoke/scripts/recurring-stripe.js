// Sets up an agreement at Stripe and pays by it.
const { CARDS, payByAgreement } = require("./steps");

exports.handler = () => payByAgreement("recurring-stripe", CARDS.stripe, "stripe");
