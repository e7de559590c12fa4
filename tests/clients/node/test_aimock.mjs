// Providers not written here: `@copilotkit/aimock` plays all four wire formats with its own fixtures, errors
// and faults, and its journal counts what it was asked. A gateway of this script's own has four providers
// that lead to it and keys from an environment variable.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LLMock } from "@copilotkit/aimock";
import { run, test, WEATHER } from "./cases.mjs";

const SENTENCE = "The sky is blue because air scatters short waves of light more than long ones.";
/** Providers of the gateway and the wire format of each. */
const UPSTREAMS = { chat: "openai_chat", responses: "openai_responses", claude: "anthropic", gemini: "gemini" };
const PATHS = { chat: "/chat/completions", responses: "/responses", claude: "/messages", gemini: "/v1beta/models/" };
/** Calls of each wire format with a provider of their own: what one does must not make the gateway careful with the next. */
const CALLS = 100;

const upstream = new LLMock({ host: "127.0.0.1", port: 0, chunkSize: 8, journalMaxEntries: 0 });
await upstream.start();
const gateway = await serve();

/** Starts a gateway whose providers lead to aimock; returns its address. */
async function serve() {
  const data = join(process.env.SWITCHBOARD_TEST_DATA, "aimock");
  mkdirSync(data, { recursive: true });
  // Their base addresses end as those of the real ones do.
  const at = (name) => (name === "chat" || name === "responses" ? `${upstream.url}/v1` : upstream.url);
  const section = (id, name, wire) =>
    `[providers.${id}]\nwire = "${wire}"\nbase_url = "${at(name)}"\nkeys = [{ name = "test", from = "env:AIMOCK_KEY" }]\n`;
  const kinds = Object.entries(UPSTREAMS);
  const providers = kinds.map(([name, wire]) => section(name, name, wire));
  for (let call = 1; call <= CALLS; call++) {
    providers.push(...kinds.map(([name, wire]) => section(`${name}-${call}`, name, wire)));
  }
  const settings = '[settings]\nretries = 2\ndeadline = "30s"\n';
  writeFileSync(join(data, "config.toml"), settings + providers.join(""));
  const program = spawn(process.env.SWITCHBOARD_PROGRAM, ["--data-dir", data, "serve", "--address", "127.0.0.1:0"], {
    env: { ...process.env, AIMOCK_KEY: "key-of-nobody" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => program.kill());
  for await (const line of createInterface({ input: program.stdout })) {
    const url = line.match(/The gateway is at (\S+)/)?.[1];
    if (url) {
      program.stdout.resume();
      return url;
    }
  }
  throw new Error("the gateway did not start");
}

let count = 0;
const calls = {};

/** Returns a provider of that wire format that no other call has. */
function own(name) {
  calls[name] = (calls[name] ?? 0) + 1;
  assert.ok(calls[name] <= CALLS, "more calls than providers: raise CALLS");
  return `${name}-${calls[name]}`;
}

/** Has aimock answer a question of its own with those responses, one after another; returns the question. */
function ask(name, ...steps) {
  const question = `Question ${String(++count).padStart(3, "0")} to ${name}?`;
  steps.forEach(([response, options], step) => {
    const last = step === steps.length - 1;
    upstream.on({ userMessage: question, ...(last ? {} : { sequenceIndex: step }) }, response, options ?? {});
  });
  return question;
}

/** Returns what aimock's journal says about a question: a line each request. */
const received = (question) => upstream.getRequests().filter((entry) => JSON.stringify(entry.body).includes(question));

/** Returns address and body of a question in the API of that name. */
function request(api, model, question, stream, more = {}) {
  const messages = [{ role: "user", content: question }];
  const named = encodeURIComponent(model);
  return {
    chat: ["/v1/chat/completions", { model, messages, stream, ...more }],
    responses: ["/v1/responses", { model, input: question, stream, ...more }],
    claude: ["/v1/messages", { model, messages, stream, max_tokens: 500, ...more }],
    gemini: [
      `/v1beta/models/${named}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
      { contents: [{ role: "user", parts: [{ text: question }] }], ...more },
    ],
  }[api];
}

async function send(base, [path, body]) {
  const reply = await fetch(base + path, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await reply.text();
  const attempts = Number(reply.headers.get("x-switchboard-attempts"));
  return { status: reply.status, attempts, text, events: text.startsWith("{") ? [JSON.parse(text)] : events(text) };
}

const events = (text) =>
  [...text.matchAll(/^data: (.*)$/gm)].filter(([, data]) => data !== "[DONE]").map(([, data]) => JSON.parse(data));

/** Reads an answer as a caller of the API does: its text, whether it ended cleanly, and whether it failed. */
function read(api, { events }) {
  const seen = { text: "", ended: false, failed: events.some((event) => event.error || event.type === "error" || event.type === "response.failed") };
  for (const event of events) {
    const choice = event.choices?.[0];
    const candidate = event.candidates?.[0];
    if (api === "chat") {
      seen.text += choice?.delta?.content ?? choice?.message?.content ?? "";
      seen.ended ||= Boolean(choice?.finish_reason);
    } else if (api === "responses") {
      seen.text += event.type === "response.output_text.delta" ? event.delta : "";
      if (event.output) seen.text += event.output.flatMap((item) => item.content ?? []).map((part) => part.text).join("");
      seen.ended ||= event.type === "response.completed" || event.status === "completed";
    } else if (api === "claude") {
      seen.text += event.delta?.text ?? (Array.isArray(event.content) ? event.content.map((block) => block.text).join("") : "");
      seen.ended ||= event.type === "message_stop" || Boolean(event.stop_reason);
    } else {
      seen.text += candidate?.content?.parts?.map((part) => part.text ?? "").join("") ?? "";
      seen.ended ||= Boolean(candidate?.finishReason);
    }
  }
  return seen;
}

const NAMES = Object.keys(UPSTREAMS);
const everyone = NAMES.flatMap((name) => NAMES.map((api) => [name, api]));
/** Each provider asked in its own API and in the next one. */
const some = NAMES.flatMap((name, at) => [[name, name], [name, NAMES[(at + 1) % 4]]]);

/** Asks in those APIs, whole and streamed, over those providers; `check` gets each answer. */
async function everywhere(make, check, more = () => ({}), pairs = everyone) {
  const all = pairs.flatMap(([name, api]) => [false, true].map((stream) => [name, api, stream]));
  await Promise.all(
    all.map(async ([name, api, stream]) => {
      const question = make(name);
      const answer = await send(gateway, request(api, `${own(name)}/model`, question, stream, more(name)));
      const what = `${name} asked in ${api}, stream ${stream}: ${answer.status} ${answer.text}`;
      check({ what, name, api, stream, ...answer, ...read(api, answer), received: received(question) });
    }),
  );
}

/** Calls that need no second attempt: the gateway makes second attempts for a fifth of its calls only. */
async function earn() {
  const question = ask("chat", [{ content: SENTENCE }]);
  for (let round = 0; round < 8; round++) {
    await Promise.all(Array.from({ length: 12 }, () => send(gateway, request("chat", "chat/model", question, false))));
  }
}

function isWhole({ what, status, text, ended, failed }) {
  assert.deepEqual({ status, text, ended, failed }, { status: 200, text: SENTENCE, ended: true, failed: false }, what);
}

test("an answer is whole in all four APIs from all four formats, streamed and not, with one request each", async () => {
  await everywhere((name) => ask(name, [{ content: SENTENCE }]), (answer) => {
    isWhole(answer);
    assert.equal(answer.received.length, 1, answer.what);
    assert.equal(answer.attempts, 1, answer.what);
    assert.ok(answer.received[0].path.includes(PATHS[answer.name]), answer.received[0].path);
  });
});

test("a tool call arrives with its arguments in all four APIs from all four formats", async () => {
  const call = { name: "weather", arguments: '{"city":"Oslo","days":3}' };
  const parameters = WEATHER;
  const tools = {
    chat: [{ type: "function", function: { name: "weather", description: "Forecast", parameters } }],
    responses: [{ type: "function", name: "weather", description: "Forecast", parameters }],
    claude: [{ name: "weather", description: "Forecast", input_schema: parameters }],
    gemini: [{ functionDeclarations: [{ name: "weather", description: "Forecast", parametersJsonSchema: parameters }] }],
  };
  for (const name of Object.keys(UPSTREAMS)) {
    for (const api of Object.keys(UPSTREAMS)) {
      const question = ask(name, [{ toolCalls: [call] }]);
      const whole = await send(gateway, request(api, `${name}/model`, question, false, { tools: tools[api] }));
      const body = whole.events[0];
      const made = {
        chat: () => body.choices[0].message.tool_calls[0].function,
        responses: () => body.output.find((item) => item.type === "function_call"),
        claude: () => body.content.find((block) => block.type === "tool_use"),
        gemini: () => body.candidates[0].content.parts.find((part) => part.functionCall).functionCall,
      }[api]();
      const given = made.arguments ?? made.input ?? made.args;
      assert.equal(made.name, "weather", whole.text);
      assert.deepEqual(typeof given === "string" ? JSON.parse(given) : given, { city: "Oslo", days: 3 }, `${name} in ${api}`);
      const streamed = await send(gateway, request(api, `${name}/model`, question, true, { tools: tools[api] }));
      assert.equal(streamed.status, 200, streamed.text);
      assert.match(streamed.text, /weather/);
      const pieces = {
        chat: (event) => event.choices?.[0]?.delta?.tool_calls?.[0]?.function?.arguments ?? "",
        responses: (event) => (event.type === "response.function_call_arguments.delta" ? event.delta : ""),
        claude: (event) => event.delta?.partial_json ?? "",
        gemini: (event) => event.candidates?.[0]?.content?.parts?.filter((part) => part.functionCall).map((part) => JSON.stringify(part.functionCall.args)).join("") ?? "",
      }[api];
      assert.deepEqual(JSON.parse(streamed.events.map(pieces).join("")), { city: "Oslo", days: 3 }, `${name} in ${api}, streamed`);
    }
  }
});

/** What aimock can do wrong once: the promise's words and the step. */
const FAULTS = [
  ["a 429 that says to come back in a second", [{ error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 1 }]],
  ["a 500", [{ error: { message: "it broke", type: "server_error" }, status: 500 }]],
  ["a 503", [{ error: { message: "not now", type: "server_error" }, status: 503 }]],
  ["a reply that is no JSON", [{ content: SENTENCE }, { chaos: { malformedRate: 1 } }]],
  ["a connection that is closed without a reply", [{ content: SENTENCE }, { chaos: { disconnectRate: 1 } }]],
];

for (const [fault, step] of FAULTS) {
  // The headers of the 429 say besides that no token is left for six minutes: its word to this request counts.
  test(`${fault} is rescued by another attempt, and the journal has as many requests as are told`, async () => {
    await earn();
    const once = (name) => ask(name, step, [{ content: SENTENCE }]);
    await everywhere(once, (answer) => {
      isWhole(answer);
      assert.equal(answer.received.length, 2, answer.what);
      assert.equal(answer.attempts, 2, answer.what);
    }, undefined, some);
  });

  test(`${fault} that stays is rescued by the fallback, and the journal has as many requests as are told`, async () => {
    await everywhere(
      (name) => {
        // The very question is answered by another model.
        const question = ask(name, step);
        upstream.prependFixture({ match: { userMessage: question, model: "other" }, response: { content: SENTENCE } });
        return question;
      },
      (answer) => {
        isWhole(answer);
        assert.ok(answer.received.length >= 2, answer.what);
        assert.equal(answer.received.at(-1).body.model, "other", answer.what);
        assert.equal(answer.attempts, answer.received.length, answer.what);
      },
      (name) => ({ fallbacks: [name === "claude" ? "gemini/other" : "claude/other"] }),
    );
  });
}

test("a stream that is cut is never a clean end of a part: it is carried on to the whole, or an error", async () => {
  const part = { content: SENTENCE };
  const cut = { truncateAfterChunks: 5, latency: 15 };
  await everywhere((name) => ask(name, [part, cut]), ({ what, text, ended, failed, stream, name, received }) => {
    assert.ok(received.length >= 1, what);
    if (!ended) assert.ok(failed, what);
    // What every request cuts cannot become whole, unless it was asked for in one piece.
    else assert.ok(text.endsWith(SENTENCE) && !failed, what);
    if (stream) assert.ok(received.some((entry) => entry.response.interrupted), `${name} was not cut`);
  });
});

test("a cut stream is rescued by the fallback", async () => {
  const cut = { truncateAfterChunks: 5, latency: 15 };
  await everywhere(
    (name) => {
      const question = ask(name, [{ content: SENTENCE }, cut]);
      upstream.prependFixture({ match: { userMessage: question, model: "other" }, response: { content: SENTENCE } });
      return question;
    },
    ({ what, text, ended, failed, status }) => {
      assert.deepEqual({ status, ended, failed }, { status: 200, ended: true, failed: false }, what);
      // The other carries on after what was sent; aimock's says the whole sentence.
      assert.ok(text.endsWith(SENTENCE), what);
    },
    (name) => ({ fallbacks: [name === "claude" ? "gemini/other" : "claude/other"] }),
  );
});

test("every field of a provider's answer, known or not, reaches a caller of the same API", async () => {
  const response = { content: SENTENCE, systemFingerprint: "fp_of_nobody", id: "an-id-of-its-own" };
  for (const api of Object.keys(UPSTREAMS)) {
    const question = ask(api, [response]);
    const [direct, through] = await Promise.all([
      send(upstream.url, request(api, "model", question, false)),
      send(gateway, request(api, `${api}/model`, question, false)),
    ]);
    const missing = lost(direct.events[0], through.events[0]);
    assert.deepEqual(missing, [], `${api}: ${through.text}`);
  }
});

/** Returns the paths of fields that are there no more. */
function lost(from, to, path = "") {
  if (from === null || typeof from !== "object") return [];
  return Object.entries(from).flatMap(([key, value]) =>
    to && key in to ? lost(value, to[key], `${path}/${key}`) : [`${path}/${key}`],
  );
}

await run("@copilotkit/aimock");
