// Pays by card at Stripe, without 3D Secure.
const { CARDS, payByCard } = require("./steps");

exports.handler = () => payByCard("card-stripe", CARDS.stripe, { thirdParty: "stripe" });
