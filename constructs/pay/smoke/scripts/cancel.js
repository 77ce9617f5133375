// Cancels a payment by the API.
const { api, createPayment, expect, expectStatus, hosts, step } = require("./steps");

exports.handler = async () => {
  const return_url = `https://${hosts.publicapi}/healthcheck`;
  const { payment_id } = await createPayment("cancel", { return_url });
  await step("cancel it", () => api("cancel", "POST", `/v1/payments/${payment_id}/cancel`, 204));
  const { state } = await expectStatus("cancel", payment_id, "cancelled");
  // P0040: the service cancelled it (GOV.UK Pay API reference).
  expect(state.finished && state.code === "P0040", `the cancelled payment has code ${state.code}`);
};
