// Pays by card at Stripe, through a 3D Secure challenge.
const { CARDS, payByCard } = require("./steps");

exports.handler = () =>
  payByCard("card-stripe-3ds", CARDS.stripeChallenged, {
    thirdParty: "stripe",
    challenge: "stripe",
  });
