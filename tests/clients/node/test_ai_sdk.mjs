// The `ai` package with `@ai-sdk/openai-compatible` at the gateway.

import assert from "node:assert/strict";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { breaks, cut, GATEWAY, KEY, LONG, model, PNG, PROVIDERS, QUESTION, run, test } from "./cases.mjs";

const switchboard = createOpenAICompatible({
  name: "switchboard",
  baseURL: `${GATEWAY}/v1`,
  apiKey: KEY,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const ask = (name, more = {}) => ({ model: switchboard(name), prompt: QUESTION, maxRetries: 0, ...more });

/** Reads a stream to its end; returns its text. An error is one of the stream's parts. */
async function streamed(name, more = {}) {
  const result = streamText(ask(name, { onError: () => {}, ...more }));
  let text = "";
  for await (const part of result.fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta") text += part.text;
  }
  return { text, finish: await result.finishReason, usage: await result.usage };
}

const asked = [];
const weather = tool({
  description: "Forecast",
  inputSchema: z.object({ city: z.string(), days: z.number().int() }),
  execute: async (input) => {
    asked.push(input);
    return "rain, 9 degrees";
  },
});

test("an answer is the same whole and streamed, with usage, from every provider", async () => {
  for (const provider of PROVIDERS) {
    const whole = await generateText(ask(model("", provider), { system: "Be brief." }));
    assert.ok(whole.text.length > 40 && whole.finishReason === "stop", provider);
    const { text, finish, usage } = await streamed(model("", provider), { system: "Be brief." });
    assert.equal(text, whole.text, provider);
    assert.equal(finish, "stop");
    assert.ok(usage.outputTokens > 0 && usage.outputTokens === whole.usage.outputTokens, provider);
  }
});

test("tools are run step by step until the answer, whole and streamed", async () => {
  for (const provider of PROVIDERS) {
    asked.length = 0;
    const more = { tools: { weather }, stopWhen: stepCountIs(3) };
    const whole = await generateText(ask(model("tools=1", provider), more));
    assert.match(whole.text, /rain, 9 degrees/, provider);
    assert.match((await streamed(model("tools=1", provider), more)).text, /rain, 9 degrees/, provider);
    assert.ok(asked.length === 2 && asked.every((input) => typeof input.city === "string"), provider);
  }
});

test("output fits the schema", async () => {
  const schema = z.object({ title: z.string(), stars: z.number().int(), verdict: z.enum(["buy", "leave"]) });
  for (const provider of PROVIDERS) {
    const { output } = await generateText(ask(model("", provider), { output: Output.object({ schema }) }));
    assert.ok(schema.safeParse(output).success, provider);
  }
});

test("an image reaches the model", async () => {
  const content = [{ type: "text", text: "What is this?" }, { type: "image", image: PNG, mediaType: "image/png" }];
  const answer = await generateText({ model: switchboard(model()), messages: [{ role: "user", content }], maxRetries: 0 });
  assert.match(answer.text, /the image/);
});

test("reasoning comes apart from the answer", async () => {
  const answer = await generateText(ask("sandbox/thinker?ttft=0&tps=max&tokens=20&reasoning=20"));
  assert.ok(answer.reasoningText && answer.text && !answer.text.includes(answer.reasoningText));
});

test("embeddings come one for each text", async () => {
  const vectors = switchboard.textEmbeddingModel("sandbox/steady");
  const { embeddings } = await embedMany({ model: vectors, values: ["The sky.", "The sea."], maxRetries: 0 });
  assert.ok(embeddings.length === 2 && embeddings.every((one) => one.length > 1 && one.every(Number.isFinite)));
});

test("errors have the status that says what went wrong", async () => {
  for (const [options, status] of [["fault=429-daily", 429], ["fault=401", 401], ["fault=404", 404], ["fault=context", 400], ["fault=503", 503]]) {
    for (const act of [() => generateText(ask(model(options))), () => streamed(model(options))]) {
      const error = await breaks(act);
      assert.ok(APICallError.isInstance(error), `${options}: ${error}`);
      assert.equal(error.statusCode, status, options);
    }
  }
});

test("an answer that is cut at the provider is an error", async () => {
  for (const provider of PROVIDERS) {
    await breaks(() => streamed(cut(provider)));
    assert.ok(APICallError.isInstance(await breaks(() => generateText(ask(cut(provider))))), provider);
  }
});

test("a client that leaves in mid-stream can ask again at once", async () => {
  const leaving = new AbortController();
  const result = streamText(ask(LONG, { abortSignal: leaving.signal, onError: () => {} }));
  for await (const part of result.fullStream) {
    if (part.type === "text-delta") leaving.abort();
  }
  assert.ok((await generateText(ask(model()))).text);
});

await run("ai", "@ai-sdk/openai-compatible");
