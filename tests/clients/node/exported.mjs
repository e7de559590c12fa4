// Exports of routes, for the packages they are made for: the program writes them, and a counter between the
// package and the simulated providers says what was asked of whom.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = process.env.SWITCHBOARD_PROGRAM;
/** Variables that the exports read their keys from. */
export const KEYS = { A_KEY: "key-of-a", B_KEY: "key-of-b" };

/** Returns a simulated model that answers at once, with more options. */
export function model(options = "") {
  return `steady?ttft=0&tps=max&tokens=5${options && `&${options}`}`;
}

/** Starts the simulated providers and a counter before them; returns its address and what was asked. */
export async function counter() {
  const sandbox = spawn(join(dirname(PROGRAM), "switchboard-sandbox"), ["--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => sandbox.kill());
  let upstream;
  for await (const line of createInterface({ input: sandbox.stdout })) {
    upstream = new URL(line.match(/http:\S+/)[0]);
    break;
  }
  sandbox.stdout.resume();
  const asked = [];
  const server = createServer((incoming, outgoing) => {
    const pieces = [];
    incoming.on("data", (piece) => pieces.push(piece));
    incoming.on("end", () => {
      const body = Buffer.concat(pieces);
      if (incoming.method !== "POST") return outgoing.writeHead(404).end();
      const key = incoming.headers.authorization ?? incoming.headers["x-api-key"];
      asked.push({ ...JSON.parse(body), key, at: performance.now() });
      const options = {
        host: upstream.hostname,
        port: upstream.port,
        path: incoming.url,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": body.length,
          "anthropic-version": incoming.headers["anthropic-version"] ?? "2023-06-01",
        },
      };
      const passed = request(options, (reply) => {
        outgoing.writeHead(reply.statusCode, { "content-type": reply.headers["content-type"] ?? "text/plain" });
        reply.pipe(outgoing);
      });
      passed.on("error", () => outgoing.destroy());
      // A client that gives up is no matter here.
      outgoing.on("close", () => passed.destroy());
      passed.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, models: () => asked.map((one) => one.model) };
}

/** Has the program write a route of a configuration; returns its files by name. */
export function exported(config, route, to) {
  const folder = mkdtempSync(join(tmpdir(), "switchboard-export-"));
  try {
    const out = join(folder, "out");
    mkdirSync(out);
    writeFileSync(join(folder, "config.toml"), config);
    const command = ["--data-dir", folder, "export", route, "--to", to, "--out", out];
    const ran = spawnSync(PROGRAM, command, { encoding: "utf8", env: { ...process.env, ...KEYS } });
    assert.equal(ran.status, 0, ran.stderr);
    const files = Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), "utf8")]));
    for (const key of Object.values(KEYS)) {
      assert.ok(!Object.values(files).some((text) => text.includes(key)), "a key is in an export");
    }
    return files;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
