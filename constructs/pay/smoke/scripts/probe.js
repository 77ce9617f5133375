// Asks the health check of every service at its load balancer; of a proxy, for a connection.
const net = require("net");
const { PATIENCE_MS, expect, request, sideAddresses, step } = require("./steps");

async function connect({ hostname, port }) {
  const address = (await sideAddresses())[hostname];
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: address || hostname, port: Number(port) });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("no connection")));
    socket.on("error", reject);
    socket.on("connect", () => resolve(socket.destroy()));
  });
}

async function check(text) {
  const url = new URL(text);
  if (url.protocol === "tcp:") return connect(url);
  const { status } = await request("GET", text);
  expect(status === 200, `answered ${status}, not 200`);
}

exports.handler = () =>
  step("ask every load balancer", async () => {
    const urls = process.env.CHECKS.split(" ");
    await sideAddresses(); // once, and not once for each of them
    const results = await Promise.allSettled(urls.map(check));
    const failed = results.flatMap(({ reason }, number) =>
      reason ? [`${new URL(urls[number]).hostname}: ${reason.message}`] : [],
    );
    expect(!failed.length, failed.join("; "));
  });
