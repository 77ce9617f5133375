// Sets up an agreement at Worldpay and pays by it.
const { CARDS, payByAgreement } = require("./steps");

exports.handler = () => payByAgreement("recurring-worldpay", CARDS.worldpay, "worldpay");
