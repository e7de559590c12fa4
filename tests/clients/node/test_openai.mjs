// The `openai` package at the gateway.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { breaks, cut, GATEWAY, KEY, LONG, model, PNG, PROVIDERS, QUESTION, raises, run, test, UNKNOWN, WAIT, WEATHER } from "./cases.mjs";

const client = new OpenAI({ baseURL: `${GATEWAY}/v1`, apiKey: KEY, maxRetries: 0, timeout: WAIT });
const ASK = [
  { role: "system", content: "Be brief." },
  { role: "user", content: QUESTION },
];
const TOOLS = [{ type: "function", function: { name: "weather", description: "Forecast", parameters: WEATHER } }];
const Review = z.object({ title: z.string(), stars: z.number().int(), verdict: z.enum(["buy", "leave"]) });

const chat = (name, more = {}) => client.chat.completions.create({ model: name, messages: ASK, ...more });

/** Reads a stream to its end; returns its text and its chunks. */
async function streamed(name, more = {}) {
  const chunks = [];
  for await (const chunk of await chat(name, { stream: true, stream_options: { include_usage: true }, ...more })) chunks.push(chunk);
  return { chunks, text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("") };
}

test("a chat answer is the same whole and streamed, with usage, from every provider", async () => {
  for (const provider of PROVIDERS) {
    const whole = await chat(model("", provider));
    assert.equal(whole.choices[0].finish_reason, "stop");
    assert.ok(whole.choices[0].message.content.length > 40, provider);
    const { text, chunks } = await streamed(model("", provider));
    assert.equal(text, whole.choices[0].message.content, provider);
    assert.equal(chunks.at(-1).usage.completion_tokens, whole.usage.completion_tokens);
    assert.equal(chunks.filter((chunk) => chunk.choices.length).at(-1).choices[0].finish_reason, "stop");
  }
});

test("a tool call comes whole, streamed and chosen, and its result is answered", async () => {
  for (const provider of PROVIDERS) {
    const name = model("tools=1", provider);
    const answer = await chat(name, { tools: TOOLS, tool_choice: "required" });
    const call = answer.choices[0].message.tool_calls[0];
    assert.equal(answer.choices[0].finish_reason, "tool_calls");
    assert.equal(typeof JSON.parse(call.function.arguments).city, "string");
    const { chunks } = await streamed(name, { tools: TOOLS });
    const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    const joined = pieces.map((piece) => piece.function.arguments ?? "").join("");
    assert.deepEqual(JSON.parse(joined), JSON.parse(call.function.arguments), provider);
    const result = { role: "tool", tool_call_id: call.id, content: "rain, 9 degrees" };
    const messages = [...ASK, answer.choices[0].message, result];
    const after = await client.chat.completions.create({ model: name, messages, tools: TOOLS });
    assert.match(after.choices[0].message.content, /rain, 9 degrees/, provider);
  }
});

test("the helper that runs tools calls them and ends with the answer", async () => {
  const asked = [];
  const weather = (input) => {
    asked.push(input);
    return "rain, 9 degrees";
  };
  const tools = [{ type: "function", function: { name: "weather", function: weather, parse: JSON.parse, parameters: WEATHER, description: "Forecast" } }];
  const runner = client.chat.completions.runTools({ model: model("tools=1"), messages: ASK, tools, stream: true });
  assert.match(await runner.finalContent(), /rain, 9 degrees/);
  assert.equal(typeof asked[0].city, "string");
});

test("parse gives an object that fits the schema", async () => {
  for (const provider of PROVIDERS) {
    const format = zodResponseFormat(Review, "review");
    const answer = await client.chat.completions.parse({ model: model("", provider), messages: ASK, response_format: format });
    assert.ok(Review.safeParse(answer.choices[0].message.parsed).success, provider);
  }
  const answer = await client.responses.parse({ model: model(), input: QUESTION, text: { format: zodTextFormat(Review, "review") } });
  assert.ok(Review.safeParse(answer.output_parsed).success);
});

test("an image in a data URL reaches the model", async () => {
  const content = [
    { type: "text", text: "What is this?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
  ];
  for (const provider of PROVIDERS) {
    const answer = await client.chat.completions.create({ model: model("", provider), messages: [{ role: "user", content }] });
    assert.match(answer.choices[0].message.content, /the image/, provider);
  }
});

test("the responses API answers whole and streams the same text", async () => {
  for (const provider of PROVIDERS) {
    const whole = await client.responses.create({ model: model("", provider), input: QUESTION });
    assert.equal(whole.status, "completed");
    const stream = client.responses.stream({ model: model("", provider), input: QUESTION });
    let text = "";
    stream.on("response.output_text.delta", (event) => (text += event.delta));
    const final = await stream.finalResponse();
    assert.equal(text, whole.output_text, provider);
    assert.equal(final.output_text, whole.output_text, provider);
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens, provider);
  }
});

test("the responses API calls tools and reads their results", async () => {
  const tools = [{ type: "function", name: "weather", parameters: WEATHER, strict: true }];
  const input = [{ role: "user", content: QUESTION }];
  for (const provider of PROVIDERS) {
    const name = model("tools=1", provider);
    const answer = await client.responses.create({ model: name, input, tools });
    const call = answer.output.find((item) => item.type === "function_call");
    assert.equal(call.name, "weather");
    const result = { type: "function_call_output", call_id: call.call_id, output: "rain, 9 degrees" };
    const after = await client.responses.create({ model: name, input: [...input, ...answer.output, result], tools });
    assert.match(after.output_text, /rain, 9 degrees/, provider);
  }
});

test("the models are listed and looked up", async () => {
  const names = [];
  for await (const entry of client.models.list()) names.push(entry.id);
  assert.ok(names.includes("sandbox/steady"), `${names}`);
  assert.equal((await client.models.retrieve("sandbox/steady")).id, "sandbox/steady");
});

test("embeddings come one for each text", async () => {
  const answer = await client.embeddings.create({ model: "sandbox/steady", input: ["The sky.", "The sea."] });
  assert.equal(answer.data.length, 2);
  assert.ok(answer.data.every((one) => one.embedding.length > 1 && one.embedding.every(Number.isFinite)));
  assert.notDeepEqual(answer.data[0].embedding, answer.data[1].embedding);
});

test("errors are of the class that says what went wrong", async () => {
  const limited = await raises(OpenAI.RateLimitError, () => chat(model("fault=429&hint=20")));
  assert.ok(Number(limited.headers.get("retry-after")) >= 1);
  await raises(OpenAI.AuthenticationError, () => chat(model("fault=401")));
  await raises(OpenAI.PermissionDeniedError, () => chat(model("fault=403")));
  await raises(OpenAI.NotFoundError, () => chat("nobody/knows-it"));
  await raises(OpenAI.BadRequestError, () => chat(model("fault=context")));
  const server = await raises(OpenAI.InternalServerError, () => chat(model("fault=500")));
  assert.ok(server instanceof OpenAI.APIError && server.status >= 500);
  await raises(OpenAI.RateLimitError, () => streamed(model("fault=429-daily")));
});

test("a gateway key that nobody made is refused", async () => {
  const stranger = client.withOptions({ apiKey: UNKNOWN });
  await raises(OpenAI.AuthenticationError, () => stranger.chat.completions.create({ model: model(), messages: ASK }));
});

test("an answer that is cut at the provider is an error", async () => {
  for (const provider of PROVIDERS) {
    const error = await breaks(() => streamed(cut(provider)));
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    await breaks(() => client.responses.stream({ model: cut(provider), input: QUESTION }).finalResponse());
    await breaks(() => chat(cut(provider)));
  }
});

test("a client that leaves in mid-stream can ask again at once", async () => {
  const stream = await chat(LONG, { stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) break;
  }
  assert.ok((await chat(model())).choices[0].message.content);
});

await run("openai");
