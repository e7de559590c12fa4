// The open-source gateway of `@portkey-ai/gateway`, on the template that `switchboard-cli export ROUTE --to portkey`
// writes: its own schema takes the config, and it picks, retries, times out and falls back as the export's loss
// report says. The hosted gateway's file differs in keys and in one name only, which is checked too.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { run, test, QUESTION } from "./cases.mjs";
import { counter, exported, KEYS, model } from "./exported.mjs";

const { url, asked, models } = await counter();
const gateway = await start();

/** Starts the gateway; returns its address. */
async function start() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const script = new URL("./node_modules/@portkey-ai/gateway/build/start-server.js", import.meta.url);
  const program = spawn(process.execPath, [script.pathname, `--port=${port}`, "--headless"], {
    env: { PATH: process.env.PATH, NODE_ENV: "production", TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" },
    stdio: "ignore",
  });
  process.on("exit", () => program.kill());
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (await fetch(address).catch(() => undefined)) return address;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the gateway did not start");
}

function files(steps, more = "") {
  const config = `
[providers.a]
preset = "openai-compatible"
base_url = "${url}/v1"
keys = [{ name = "ci", from = "env:A_KEY" }]

[providers.b]
preset = "anthropic-compatible"
base_url = "${url}"
keys = [{ name = "ci", from = "env:B_KEY" }]

[routes.r]
${more}
${steps.map((step) => `[[routes.r.steps]]\n${step}`).join("\n")}
`;
  return exported(config, "r", "portkey");
}

/** Returns the template with the keys put in, as `envsubst` does. */
function filled(steps, more) {
  const text = files(steps, more)["portkey.oss.template.json"];
  return JSON.stringify(JSON.parse(text.replace(/\$\{(\w+)\}/g, (_, name) => KEYS[name])));
}

async function ask(config) {
  const reply = await fetch(`${gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-portkey-config": config },
    body: JSON.stringify({ messages: [{ role: "user", content: QUESTION }], max_tokens: 20 }),
  });
  return { status: reply.status, body: await reply.json() };
}

test("its schema takes the config, and refuses one that is not of its form", async () => {
  const config = filled([`targets = ["a/${model()}"]`]);
  assert.equal((await ask(config)).status, 200);
  const wrong = config.replace('"fallback"', '"sideways"');
  const refused = await ask(wrong);
  assert.equal(refused.status, 400, JSON.stringify(refused));
});

test("the hosted gateway's file is the template without keys, and with the documented name", () => {
  const steps = [`targets = ["a/${model()}"]\nretries = 2`, `targets = ["b/${model()}"]\nretries = 1`];
  const written = files(steps);
  const hosted = JSON.parse(written["portkey.config.json"]);
  const own = JSON.parse(written["portkey.oss.template.json"]);
  assert.deepEqual(hosted.targets.map((target) => target.provider), ["@a", "@b"]);
  for (const target of hosted.targets) {
    assert.equal(target.retry.use_retry_after_headers, true);
    delete target.provider;
    delete target.retry.use_retry_after_headers;
  }
  for (const target of own.targets) {
    assert.equal(target.retry.use_retry_after_header, true);
    delete target.provider;
    delete target.api_key;
    delete target.retry.use_retry_after_header;
  }
  assert.deepEqual(hosted, own);
});

test("it picks by weight, with the key of the variable", async () => {
  const [one, two] = [model("seed=1"), model("seed=2")];
  const config = filled([`options = [{ model = "a/${one}", weight = 80 }, { model = "a/${two}", weight = 20 }]`]);
  asked.length = 0;
  for (let call = 0; call < 200; call++) assert.equal((await ask(config)).status, 200);
  const heavy = models().filter((name) => name === one).length;
  // 160 are expected; 5.7 is the deviation.
  assert.ok(heavy >= 131 && heavy <= 188, `${heavy}`);
  assert.equal(asked[0].key, "Bearer key-of-a");
});

test("it retries at each step as often as it says and falls back in order", async () => {
  const [one, two, three] = [model("fault=503&seed=1"), model("fault=500&seed=2"), model("seed=3")];
  const config = filled([
    `targets = ["a/${one}"]\nretries = 2`,
    `targets = ["b/${two}"]\nretries = 1`,
    `targets = ["a/${three}"]\nretries = 0`,
  ]);
  asked.length = 0;
  assert.equal((await ask(config)).status, 200);
  assert.deepEqual(models(), [one, one, one, two, two, three]);
});

test("a refused key goes on only where the route has a list for it", async () => {
  const [one, two] = [model("fault=401&seed=1"), model("seed=2")];
  const steps = [`targets = ["a/${one}"]`, `targets = ["a/${two}"]`];
  asked.length = 0;
  assert.equal((await ask(filled(steps))).status, 401);
  assert.deepEqual(models(), [one]);
  asked.length = 0;
  assert.equal((await ask(filled(steps, `auth = ["a/${two}"]`))).status, 200);
  assert.deepEqual(models(), [one, two]);
});

test("an attempt ends by its total clock, and the next step is asked", async () => {
  const [slow, good] = [model("fault=slow-headers&wait=20000&seed=1"), model("seed=2")];
  const config = filled([`targets = ["a/${slow}"]\nretries = 0\ntotal = "2s"`, `targets = ["a/${good}"]`]);
  asked.length = 0;
  assert.equal((await ask(config)).status, 200);
  assert.deepEqual(models(), [slow, good]);
  const took = asked[1].at - asked[0].at;
  assert.ok(took > 1800 && took < 5000, `${took}`);
});

test("the route's most tokens stand in place of the caller's, as the report says", async () => {
  asked.length = 0;
  await ask(filled([`targets = ["a/${model()}"]`], "max_tokens = 77"));
  assert.equal(asked[0].max_tokens, 77);
});

await run("@portkey-ai/gateway");
