// Sends the message of a payment provider: GOV.UK Pay's own.
const { expect, hosts, request, secretValue, step } = require("./steps");

const PATH = "/v1/api/notifications/sandbox";

exports.handler = () =>
  step("send a notification", async () => {
    const headers = { Authorization: await secretValue("NOTIFICATIONS_SANDBOX_AUTH_TOKEN") };
    const url = `https://${hosts.notifications}${PATH}`;
    const { status } = await request("POST", url, { headers, body: {} });
    expect(status === 200, `POST ${PATH} answered ${status}, not 200`);
  });
