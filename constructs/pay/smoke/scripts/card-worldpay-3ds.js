// Pays by card at Worldpay, through a 3D Secure challenge.
const { CARDS, payByCard } = require("./steps");

exports.handler = () =>
  payByCard("card-worldpay-3ds", CARDS.worldpayChallenged, {
    thirdParty: "worldpay",
    challenge: "worldpay",
  });
