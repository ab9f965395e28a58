// Records an order and reads the customer's score, as a backend written in Node would.
// Usage: node client.js ADDRESS KEY PROTO_FOLDER CUSTOMER; prints one line of JSON.
"use strict";

const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const [address, key, protoFolder, customerId] = process.argv.slice(2);
const files = ["activity", "engagement"].map((name) => `regulars/${name}/v1/${name}_service.proto`);
const definitions = protoLoader.loadSync(files, {
  includeDirs: [protoFolder],
  longs: String,
  enums: String,
  defaults: true,
});
const { activity, engagement } = grpc.loadPackageDefinition(definitions).regulars;
const credentials = grpc.credentials.createInsecure();
const clients = [
  new activity.v1.ActivityService(address, credentials),
  new engagement.v1.EngagementService(address, credentials),
];

function call(client, method, request, authorization = `Bearer ${key}`) {
  const metadata = new grpc.Metadata();
  metadata.set("authorization", authorization);
  const deadline = new Date(Date.now() + 10_000);
  return new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

async function main() {
  const [orders, scores] = clients;
  const order = {
    orderId: "node-1",
    customerId,
    placedAt: { seconds: Math.floor(Date.now() / 1000) - 3600, nanos: 0 },
    channel: "CHANNEL_APP",
    currency: "GBP",
    lines: [{ sku: "tea", quantity: 2, unitPriceMinor: "1250", title: "Tea" }],
  };
  const request = { requestId: "node-request-1", order };
  const first = await call(orders, "RecordOrder", request);
  const again = await call(orders, "RecordOrder", request);
  const { score } = await call(scores, "GetScore", { customerId });
  const refused = await call(scores, "GetScore", { customerId: "nobody" }).catch((error) => error);
  const stranger = await call(scores, "GetScore", { customerId }, "Bearer nonsense").catch((error) => error);
  return { first, again, score, refused: refused.code, stranger: stranger.code };
}

main()
  .then((seen) => console.log(JSON.stringify(seen)))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => clients.forEach((client) => client.close()));
