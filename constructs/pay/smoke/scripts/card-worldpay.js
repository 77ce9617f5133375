// Pays by card at Worldpay, without 3D Secure.
const { CARDS, payByCard } = require("./steps");

exports.handler = () => payByCard("card-worldpay", CARDS.worldpay, { thirdParty: "worldpay" });
