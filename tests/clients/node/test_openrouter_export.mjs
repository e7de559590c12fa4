// The bodies that `switchboard-cli export ROUTE --to openrouter` writes, against OpenRouter's own schema: that of
// its OpenAPI, as `@openrouter/sdk` carries it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { OpenRouter } from "@openrouter/sdk";
import { ChatRequest$outboundSchema as schema } from "@openrouter/sdk/models/chatrequest.js";
import { run, test } from "./cases.mjs";
import { exported } from "./exported.mjs";

const CONFIG = `
[routes.mine]
about = "Everyday questions"
max_tokens = 4096
[[routes.mine.steps]]
options = [{ model = "openai/gpt-6.1-sol", weight = 80 }, { model = "openai/gpt-6.1-terra", weight = 20 }]
first_token = "15s"
[[routes.mine.steps]]
targets = ["anthropic/claude-sonnet-5-5"]
[[routes.mine.steps]]
targets = ["gemini/gemini-3.8-flash"]
`;

/** The names that the SDK uses, for those of the body. */
function camel(value) {
  if (Array.isArray(value)) return value.map(camel);
  if (value === null || typeof value !== "object") return value;
  const name = (key) => key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), camel(inner)]));
}

const bodies = (route, config = CONFIG) => Object.values(exported(config, route, "openrouter")).map((text) => JSON.parse(text));

test("each body is one that the schema takes, and writes out again as it was", () => {
  for (const body of [...bodies("mine"), ...bodies("standard"), ...bodies("complex")]) {
    assert.deepEqual(schema.parse(camel(body)), body);
  }
});

test("a value of another kind, and a field that it does not know, do not pass", () => {
  const [body] = bodies("mine");
  assert.ok(!schema.safeParse(camel({ ...body, models: "openai/gpt-6.1-sol" })).success);
  assert.ok(!schema.safeParse(camel({ ...body, provider: { preferred_max_latency: "soon" } })).success);
  assert.notDeepEqual(schema.parse(camel({ ...body, not_a_field: 1 })), { ...body, not_a_field: 1 });
});

test("the sdk sends a body on as it was written", async () => {
  const [body] = bodies("mine");
  const seen = [];
  const server = createServer((incoming, outgoing) => {
    const pieces = [];
    incoming.on("data", (piece) => pieces.push(piece));
    incoming.on("end", () => {
      seen.push(JSON.parse(Buffer.concat(pieces)));
      outgoing.writeHead(400, { "content-type": "application/json" });
      outgoing.end('{"error":{"code":400,"message":"seen"}}');
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new OpenRouter({ apiKey: "none", serverURL: `http://127.0.0.1:${server.address().port}` });
  await client.chat.send({ chatRequest: camel(body) }, { retries: { strategy: "none" } }).catch(() => undefined);
  server.close();
  assert.deepEqual(seen[0], body);
});

await run("@openrouter/sdk");
