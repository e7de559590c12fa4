// The `@anthropic-ai/sdk` package at the gateway.

import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { breaks, cut, GATEWAY, KEY, LONG, model, PNG, PROVIDERS, QUESTION, raises, run, test, UNKNOWN, WAIT, WEATHER } from "./cases.mjs";

const client = new Anthropic({ baseURL: GATEWAY, apiKey: KEY, maxRetries: 0, timeout: WAIT });
const ASK = [{ role: "user", content: QUESTION }];
const TOOLS = [{ name: "weather", description: "Forecast", input_schema: WEATHER }];

const asked = (name, more) => ({ model: name, max_tokens: 500, messages: ASK, ...more });
const message = (name, more = {}) => client.messages.create(asked(name, more));
const textOf = (answer) => answer.content.map((block) => (block.type === "text" ? block.text : "")).join("");

/** Reads a stream to its end; returns its text and the message it adds up to. */
async function streamed(name, more = {}) {
  const stream = client.messages.stream(asked(name, more));
  let text = "";
  stream.on("text", (piece) => (text += piece));
  return { final: await stream.finalMessage(), text };
}

test("a message is the same whole and streamed, with usage, from every provider", async () => {
  for (const provider of PROVIDERS) {
    const whole = await message(model("", provider), { system: "Be brief." });
    assert.equal(whole.stop_reason, "end_turn");
    assert.ok(textOf(whole).length > 40 && whole.usage.input_tokens > 0, provider);
    const { text, final } = await streamed(model("", provider), { system: "Be brief." });
    assert.equal(text, textOf(whole), provider);
    assert.equal(textOf(final), text, provider);
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens, provider);
    assert.equal(final.stop_reason, "end_turn");
  }
});

test("a tool call comes whole and streamed, and its result is answered", async () => {
  for (const provider of PROVIDERS) {
    const name = model("tools=1", provider);
    const answer = await message(name, { tools: TOOLS, tool_choice: { type: "any" } });
    assert.equal(answer.stop_reason, "tool_use", provider);
    const call = answer.content.find((block) => block.type === "tool_use");
    const { final } = await streamed(name, { tools: TOOLS });
    assert.deepEqual(final.content.find((block) => block.type === "tool_use").input, call.input, provider);
    const result = { type: "tool_result", tool_use_id: call.id, content: "rain, 9 degrees" };
    const messages = [...ASK, { role: "assistant", content: answer.content }, { role: "user", content: [result] }];
    assert.match(textOf(await message(name, { tools: TOOLS, messages })), /rain, 9 degrees/, provider);
  }
});

test("tokens are counted before anything is asked", async () => {
  for (const provider of PROVIDERS) {
    const count = async (more) => (await client.messages.countTokens({ model: model("", provider), messages: ASK, ...more })).input_tokens;
    const few = await count({});
    assert.ok(few > 0 && (await count({ system: "Be brief. ".repeat(50), tools: TOOLS })) > few + 50, provider);
  }
});

test("an image reaches the model", async () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } };
  const messages = [{ role: "user", content: [image, { type: "text", text: "What is this?" }] }];
  for (const provider of PROVIDERS) assert.match(textOf(await message(model("", provider), { messages })), /the image/);
});

test("the models are listed and looked up", async () => {
  const names = [];
  for await (const entry of client.models.list()) names.push(entry.id);
  assert.ok(names.includes("sandbox/steady"), `${names}`);
  assert.equal((await client.models.retrieve("sandbox/steady")).id, "sandbox/steady");
});

test("errors are of the class that says what went wrong", async () => {
  await raises(Anthropic.RateLimitError, () => message(model("fault=429&hint=20")));
  await raises(Anthropic.AuthenticationError, () => message(model("fault=401")));
  await raises(Anthropic.PermissionDeniedError, () => message(model("fault=403")));
  await raises(Anthropic.NotFoundError, () => message("nobody/knows-it"));
  await raises(Anthropic.BadRequestError, () => message(model(), { messages: [] }));
  await raises(Anthropic.InternalServerError, () => message(model("fault=500")));
  await raises(Anthropic.RateLimitError, () => streamed(model("fault=429-daily")));
});

test("a gateway key that nobody made is refused", async () => {
  const stranger = client.withOptions({ apiKey: UNKNOWN });
  await raises(Anthropic.AuthenticationError, () => stranger.messages.create(asked(model())));
});

test("an answer that is cut at the provider is an error", async () => {
  for (const provider of PROVIDERS) {
    const error = await breaks(() => streamed(cut(provider)));
    assert.ok(error instanceof Anthropic.AnthropicError, `${error}`);
    await breaks(() => message(cut(provider)));
  }
});

test("a client that leaves in mid-stream can ask again at once", async () => {
  const stream = client.messages.stream(asked(LONG, { max_tokens: 4000 }));
  await new Promise((resolve) => stream.once("text", resolve));
  stream.abort();
  await stream.done().catch((error) => assert.ok(error instanceof Anthropic.APIUserAbortError, `${error}`));
  assert.ok(textOf(await message(model())));
});

await run("@anthropic-ai/sdk");
