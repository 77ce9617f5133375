// Asks the health check of every service at its load balancer; of a proxy, for a connection.
const net = require("net");
const { PATIENCE_MS, addresses, expect, request, step } = require("./steps");

function connect({ hostname, port }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: addresses[hostname] || hostname, port: Number(port) });
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
    const results = await Promise.allSettled(urls.map(check));
    const failed = results.flatMap(({ reason }, number) =>
      reason ? [`${new URL(urls[number]).hostname}: ${reason.message}`] : [],
    );
    expect(!failed.length, failed.join("; "));
  });
