// Records an order, reads the customer's score, and leads a member through the ledger of points, as a backend written
// in Node would. Usage: node client.js ADDRESS KEY PROTO_FOLDER CUSTOMER; prints one line of JSON.
"use strict";

const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");
const protobuf = require("protobufjs");

const [address, key, protoFolder, customerId] = process.argv.slice(2);
const features = ["activity", "engagement", "loyalty", "membership"];
const files = features.map((name) => `regulars/${name}/v1/${name}_service.proto`);
const definitions = protoLoader.loadSync(files, {
  includeDirs: [protoFolder],
  longs: String,
  enums: String,
  defaults: true,
});
const { activity, engagement, loyalty, membership } = grpc.loadPackageDefinition(definitions).regulars;
const credentials = grpc.credentials.createInsecure();
const clients = [
  new activity.v1.ActivityService(address, credentials),
  new engagement.v1.EngagementService(address, credentials),
  new membership.v1.MembershipService(address, credentials),
  new loyalty.v1.LoyaltyService(address, credentials),
];
const [orders, scores, members, points] = clients;

// What a refusal carries in its trailer: google/rpc/status.proto and error_details.proto.
const rpc = protobuf.parse(`
  syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
`).root;

function refusalOf(error) {
  const [status] = error.metadata.get("grpc-status-details-bin");
  const { details } = rpc.lookupType("google.rpc.Status").decode(status);
  const found = details.find((detail) => detail.typeUrl.endsWith("/google.rpc.ErrorInfo"));
  const { reason, metadata } = rpc.lookupType("google.rpc.ErrorInfo").decode(found.value);
  return { code: error.code, reason, metadata };
}

function call(client, method, request, authorization = `Bearer ${key}`) {
  const metadata = new grpc.Metadata();
  metadata.set("authorization", authorization);
  const deadline = new Date(Date.now() + 10_000);
  return new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

const daysAgo = (days) => ({ seconds: Math.floor(Date.now() / 1000) - days * 86_400, nanos: 0 });

async function placesAnOrder() {
  const order = {
    orderId: "node-1",
    customerId,
    placedAt: daysAgo(1),
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

async function spendsPoints() {
  const member = `${customerId}-member`;
  await call(members, "EnrolMember", { requestId: "node-join", customerId: member, enrolledAt: daysAgo(60) });
  const order = {
    orderId: "node-2",
    customerId: member,
    placedAt: daysAgo(30),
    channel: "CHANNEL_WEB",
    currency: "GBP",
    lines: [{ sku: "stove", quantity: 1, unitPriceMinor: "10000" }],
  };
  await call(orders, "RecordOrder", { requestId: "node-request-2", order });
  const ask = (method, request) => call(points, method, { requestId: `node-${method}`, customerId: member, ...request });
  const refused = await ask("SpendPoints", { points: "120" }).catch(refusalOf);
  const corrected = await ask("AdjustPoints", { points: "50", actor: "lea", reason: "parcel came late" });
  const { hold } = await ask("HoldPoints", { points: "120", ttl: { seconds: 900 } });
  const captured = await ask("CaptureHold", { holdId: hold.holdId, points: "80" });
  const { balance } = await call(points, "GetBalance", { customerId: member });
  return { refused, corrected: corrected.balance, held: hold, captured: captured.hold, balance };
}

async function main() {
  return { ...(await placesAnOrder()), member: await spendsPoints() };
}

main()
  .then((seen) => console.log(JSON.stringify(seen)))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => clients.forEach((client) => client.close()));
