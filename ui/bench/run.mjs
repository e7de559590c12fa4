// Builds the streaming benchmark, shows it in WebKitGTK under Xvfb and prints what the page measured.
//   node bench/run.mjs [--seconds 10] [--columns 6] [--rate 150] [--filled 20000] [--browser PATH] [--no-build]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    columns: { type: "string", default: "6" },
    rate: { type: "string", default: "150" },
    filled: { type: "string", default: "20000" },
    css: { type: "string", default: "" },
    browser: { type: "string" },
    "no-build": { type: "boolean", default: false },
  },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const built = fileURLToPath(new URL("../node_modules/.bench", import.meta.url));

/** Returns the small browser that comes with WebKitGTK, wherever the distribution puts it. */
function miniBrowser() {
  for (const folder of readdirSync("/usr/lib")) {
    const path = join("/usr/lib", folder, "webkit2gtk-4.1/MiniBrowser");
    if (existsSync(path)) return path;
  }
  throw new Error("MiniBrowser of WebKitGTK 4.1 was not found; name another with --browser");
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}

if (!values["no-build"]) {
  await run(process.execPath, [
    join(here, "../node_modules/vite/bin/vite.js"),
    "build",
    "--config",
    join(here, "vite.config.ts"),
  ]);
}

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
};
let reported;
const report = new Promise((resolve) => (reported = resolve));
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (request.method === "POST" && pathname === "/report") {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      response.end();
      reported(JSON.parse(body));
    });
    return;
  }
  const path = join(built, normalize(pathname));
  if (!path.startsWith(built) || !existsSync(path) || extname(path) === "")
    return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  response.end(readFileSync(path));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();
const query = new URLSearchParams({
  seconds: values.seconds,
  columns: values.columns,
  rate: values.rate,
  filled: values.filled,
  css: values.css,
});
// Without a graphics card, compositing means emulating one: what is measured then is the emulation.
const home = mkdtempSync(join(tmpdir(), "switchboard-bench-"));
const browser = spawn(
  "xvfb-run",
  [
    "-a",
    "-s",
    "-screen 0 1440x900x24",
    values.browser ?? miniBrowser(),
    "--geometry=1440x900",
    `http://127.0.0.1:${port}/stream.html?${query}`,
  ],
  {
    stdio: "ignore",
    detached: true,
    env: {
      WEBKIT_DISABLE_COMPOSITING_MODE: "1",
      ...process.env,
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CACHE_HOME: home,
    },
  },
);
const limit = Number(values.seconds) * 1000 + 60_000;
const timer = setTimeout(() => reported(null), limit);
const result = await report;
clearTimeout(timer);
process.kill(-browser.pid, "SIGTERM");
server.close();
rmSync(home, { recursive: true, force: true, maxRetries: 5 });
if (!result) {
  process.stderr.write(`the page did not report within ${limit / 1000} s\n`);
  process.exit(1);
}
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exit(0);
