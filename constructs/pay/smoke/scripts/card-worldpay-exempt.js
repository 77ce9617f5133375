// Pays by card at Worldpay, which exempts it from 3D Secure: the confirm page follows at once.
const { CARDS, payByCard } = require("./steps");

exports.handler = () =>
  payByCard("card-worldpay-exempt", CARDS.worldpayExempt, { thirdParty: "worldpay" });
