// What every client's cases share: the gateway's address, the models asked, and a runner that prints one
// line a case. A case is a promise and a function; a script ends with `run("package", ...)`, which runs the
// cases of the script in order and exits with 1 if one failed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { deflateSync, crc32 as builtIn } from "node:zlib";

/** The gateway, without a path: `http://127.0.0.1:PORT`. */
export const GATEWAY = process.env.SWITCHBOARD_GATEWAY;
/** Milliseconds a client waits for a reply, and after which a case counts as hanging. */
export const WAIT = 20_000;
const HANGS = 60_000;
/** Simulated providers, one for each wire format that providers speak. */
export const PROVIDERS = ["sandbox", "sandbox-responses", "sandbox-anthropic", "sandbox-gemini"];
export const KEY = "no-key-was-made";
/** It looks like a key of this gateway and is none. */
export const UNKNOWN = "sbk_made-by-nobody-00000000000000000000";
export const QUESTION = "Why is the sky blue?";
export const WEATHER = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
  additionalProperties: false,
};

/** Returns a simulated model that answers at once and always the same, with more options. */
export function model(options = "", provider = "sandbox") {
  return `${provider}/steady?ttft=0&tps=max&tokens=30&seed=7${options && `&${options}`}`;
}
/** A stream that goes on for about a minute unless somebody stops it. */
export const LONG = "sandbox/steady?ttft=0&tps=40&tokens=2400&seed=7";
/** Returns a model whose stream is cut after a few words, every time. */
export const cut = (provider) => model("tokens=80&fault=cut&after=9", provider);

const cases = [];

export function test(promise, act) {
  cases.push([promise, act]);
}

/** Returns the error of that class that `act` ends with. */
export async function raises(kind, act) {
  const error = await breaks(act);
  assert.equal(error.constructor.name, kind.name, `${error}`);
  return error;
}

/** Returns the error that `act` ends with; it must end with one. */
export async function breaks(act) {
  let answer;
  try {
    answer = await act();
  } catch (error) {
    return error;
  }
  return assert.fail(`no error but ${JSON.stringify(answer)}`);
}

/** Returns a PNG of one red pixel in base64. */
function png() {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE((builtIn ?? crc32)(body));
    return Buffer.concat([size, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, 255, 0, 0]))), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]).toString("base64");
}

/** The checksum of PNG, for a Node that has none. */
function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

export const PNG = png();

function version(name) {
  const about = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(about, "utf8")).version;
}

/** Runs the cases; prints a line for each, and the sum as the task runner counts it. */
export async function run(...packages) {
  const clients = packages.map((name) => `${name} ${version(name)}`).join(", ");
  console.log(`\n${clients} (Node ${process.versions.node})`);
  let passed = 0;
  let failed = 0;
  for (const [promise, act] of cases) {
    const began = performance.now();
    let timer;
    const hanging = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${HANGS / 1000} s`)), HANGS);
    });
    try {
      await Promise.race([act(), hanging]);
      passed++;
      console.log(`  ok      ${promise} (${((performance.now() - began) / 1000).toFixed(2)} s)`);
    } catch (error) {
      failed++;
      console.log(`  FAILED  ${promise}\n${error?.stack ?? error}`);
    } finally {
      clearTimeout(timer);
    }
  }
  const word = failed === 0 && passed > 0 ? "ok" : "FAILED";
  console.log(`test result: ${word}. ${passed} passed; ${failed} failed`);
  process.exit(word === "ok" ? 0 : 1);
}

// A promise that nobody waits for must not pass unseen.
process.on("unhandledRejection", (error) => {
  console.log(`  FAILED  a promise was rejected unseen\n${error?.stack ?? error}`);
  process.exit(1);
});
