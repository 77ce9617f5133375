// Sets up an agreement at GOV.UK Pay's own provider and pays by it.
const { CARDS, payByAgreement } = require("./steps");

exports.handler = () => payByAgreement("recurring-sandbox", CARDS.sandbox);
