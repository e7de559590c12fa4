// The `@google/genai` package at the gateway.

import assert from "node:assert/strict";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { breaks, cut, GATEWAY, KEY, LONG, model, PNG, PROVIDERS, QUESTION, raises, run, test, UNKNOWN, WAIT } from "./cases.mjs";

const client = new GoogleGenAI({ apiKey: KEY, vertexai: false, httpOptions: { baseUrl: GATEWAY, timeout: WAIT } });
const WEATHER = {
  name: "weather",
  description: "Forecast",
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING }, days: { type: Type.INTEGER } }, required: ["city", "days"] },
};
const tools = [{ functionDeclarations: [WEATHER] }];

/** The package takes no name with `?` or `&`, which only simulated models have. */
const escaped = (name) => name.replaceAll("?", "%3F").replaceAll("&", "%26");
const generate = (name, config = {}, contents = QUESTION) => client.models.generateContent({ model: escaped(name), contents, config });

/** Reads a stream to its end; returns its text and its chunks. */
async function streamed(name, config = {}) {
  const chunks = [];
  for await (const chunk of await client.models.generateContentStream({ model: escaped(name), contents: QUESTION, config })) chunks.push(chunk);
  // `chunk.text` would warn of every part that is none.
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  return { chunks, text: parts.map((part) => part.text ?? "").join("") };
}

test("an answer is the same whole and streamed, with usage, from every provider", async () => {
  for (const provider of PROVIDERS) {
    const whole = await generate(model("", provider), { systemInstruction: "Be brief." });
    assert.ok(whole.text.length > 40, provider);
    assert.equal(whole.candidates[0].finishReason, "STOP");
    const { text, chunks } = await streamed(model("", provider), { systemInstruction: "Be brief." });
    assert.equal(text, whole.text, provider);
    assert.equal(chunks.at(-1).candidates[0].finishReason, "STOP");
    assert.equal(chunks.at(-1).usageMetadata.candidatesTokenCount, whole.usageMetadata.candidatesTokenCount, provider);
  }
});

test("a function call comes whole and streamed, and its result is answered", async () => {
  for (const provider of PROVIDERS) {
    const name = model("tools=1", provider);
    const config = { tools, toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } };
    const answer = await generate(name, config);
    const [call] = answer.functionCalls;
    assert.ok(call.name === "weather" && Number.isInteger(call.args.days), provider);
    const { chunks } = await streamed(name, { tools });
    assert.deepEqual(chunks.flatMap((chunk) => chunk.functionCalls ?? [])[0].args, call.args, provider);
    const functionResponse = { id: call.id, name: "weather", response: { result: "rain, 9 degrees" } };
    const contents = [{ role: "user", parts: [{ text: QUESTION }] }, answer.candidates[0].content, { role: "user", parts: [{ functionResponse }] }];
    assert.match((await generate(name, { tools }, contents)).text, /rain, 9 degrees/, provider);
  }
});

test("an answer fits a schema in both ways of writing one", async () => {
  const fields = { title: { type: "string" }, stars: { type: "integer" } };
  const written = [
    { responseJsonSchema: { type: "object", properties: fields, required: ["title", "stars"] } },
    { responseSchema: { type: Type.OBJECT, properties: { title: { type: Type.STRING }, stars: { type: Type.INTEGER } }, required: ["title", "stars"] } },
  ];
  for (const provider of PROVIDERS) {
    for (const schema of written) {
      const answer = await generate(model("", provider), { responseMimeType: "application/json", ...schema });
      const review = JSON.parse(answer.text);
      assert.ok(typeof review.title === "string" && Number.isInteger(review.stars), `${provider}: ${answer.text}`);
    }
  }
});

test("tokens are counted before anything is asked", async () => {
  for (const provider of PROVIDERS) {
    const count = async (contents) => (await client.models.countTokens({ model: escaped(model("", provider)), contents })).totalTokens;
    const few = await count(QUESTION);
    assert.ok(few > 0 && (await count(QUESTION.repeat(20))) > few + 50, provider);
  }
});

test("an image reaches the model", async () => {
  const contents = [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: PNG } }, { text: "What is this?" }] }];
  for (const provider of PROVIDERS) assert.match((await generate(model("", provider), {}, contents)).text, /the image/);
});

test("the models are listed and looked up", async () => {
  const names = [];
  for await (const entry of await client.models.list()) names.push(entry.name);
  assert.ok(names.includes("models/sandbox/steady"), `${names}`);
  assert.equal((await client.models.get({ model: "sandbox/steady" })).name, "models/sandbox/steady");
});

test("errors have the status that says what went wrong", async () => {
  for (const [options, status] of [
    ["fault=429&hint=20", 429],
    ["fault=429-daily", 429],
    ["fault=401", 401],
    ["fault=403", 403],
    ["fault=404", 404],
    ["fault=context", 400],
    ["fault=503", 503],
  ]) {
    assert.equal((await raises(ApiError, () => generate(model(options)))).status, status, options);
    assert.equal((await raises(ApiError, () => streamed(model(options)))).status, status, options);
  }
});

test("a gateway key that nobody made is refused", async () => {
  const stranger = new GoogleGenAI({ apiKey: UNKNOWN, vertexai: false, httpOptions: { baseUrl: GATEWAY, timeout: WAIT } });
  const error = await raises(ApiError, () => stranger.models.generateContent({ model: "sandbox/swift", contents: QUESTION }));
  assert.equal(error.status, 401);
});

test("an answer that is cut at the provider is an error", async () => {
  for (const provider of PROVIDERS) {
    await breaks(() => streamed(cut(provider)));
    await raises(ApiError, () => generate(cut(provider)));
  }
});

test("a client that leaves in mid-stream can ask again at once", async () => {
  for await (const chunk of await client.models.generateContentStream({ model: escaped(LONG), contents: QUESTION })) {
    if (chunk.text) break;
  }
  assert.ok((await generate(model())).text);
});

await run("@google/genai");
