/**
 * Streams into several answer views and measures frames. Parameters of the address: `columns`, `rate`
 * (tokens per second and column), `seconds`, `filled` (characters already there). The result is sent to
 * `/report` as JSON.
 */
import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "../src/tokens.css";
import "../src/base.css";
import { mount } from "svelte";
import { AnswerBuffer, MarkdownStream } from "../src/lib/markdown";
import { MockBackend } from "../src/lib/backend/mock";
import { useBackend } from "../src/lib/backend";
import { AnswerPainter } from "../src/shared/answer/answer_painter";
import { answerText } from "./answer_text";
import Columns from "./Columns.svelte";

/** Characters of an average token of English and code. */
const TOKEN = 4.2;
/** Milliseconds between batches, as the program coalesces them. */
const BATCH_MS = 33;

const query = new URLSearchParams(location.search);
const setting = (name: string, otherwise: number): number =>
  Number(query.get(name) ?? otherwise) || otherwise;
const columns = setting("columns", 6);
const rate = setting("rate", 150);
const seconds = setting("seconds", 10);
const filled = setting("filled", 20_000);

/** A style sheet to try something out. */
const style = document.createElement("style");
style.textContent = query.get("css");
document.head.append(style);

useBackend(new MockBackend());
const target = document.getElementById("app");
const more = Math.ceil(rate * TOKEN * seconds);
const texts = Array.from({ length: columns }, (_, i) => answerText(i + 1, filled + more));
const buffers = texts.map((text) => new AnswerBuffer(text.slice(0, filled)));
if (target) mount(Columns, { target, props: { buffers, live: true } });

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until what was there from the beginning is painted. */
async function quiet(): Promise<void> {
  let short = 0;
  while (short < 10) {
    const before = performance.now();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await sleep(20);
    short = performance.now() - before < 60 ? short + 1 : 0;
  }
}

async function sha(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((it) => it.toString(16).padStart(2, "0")).join("");
}

async function measure(): Promise<void> {
  const begun = performance.now();
  await document.fonts.ready;
  await quiet();
  const filledAfter = Math.round(performance.now() - begun);
  const gaps: number[] = [];
  const start = performance.now();
  let previous = start;
  let counting = true;
  const frame = (now: number): void => {
    gaps.push(now - previous);
    previous = now;
    if (counting) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const painted = countPaintTime();
  const fed = buffers.map((buffer) => buffer.length);
  while (performance.now() - start < seconds * 1000) {
    const due = filled + ((performance.now() - start) / 1000) * rate * TOKEN;
    buffers.forEach((buffer, i) => {
      const end = Math.min(Math.floor(due), texts[i]?.length ?? 0);
      buffer.append((texts[i] ?? "").slice(fed[i], end));
      fed[i] = end;
    });
    await sleep(BATCH_MS);
  }
  counting = false;
  const elapsed = performance.now() - start;
  await report(gaps.slice(1), elapsed, { ...painted(), filled_after_ms: filledAfter });
}

/** Adds up the time spent in our own painting. */
function countPaintTime(): () => { count: number; total_ms: number } {
  const own = AnswerPainter.prototype.paint;
  let count = 0;
  let total = 0;
  AnswerPainter.prototype.paint = function (deadline) {
    const start = performance.now();
    const done = own.call(this, deadline);
    total += performance.now() - start;
    count += 1;
    return done;
  };
  return () => ({ count, total_ms: Math.round(total) });
}

async function report(gaps: number[], elapsed: number, painted: object): Promise<void> {
  await sleep(500);
  const sorted = gaps.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  const bodies = [...document.querySelectorAll('[data-testid="answer-body"]')];
  let shown = 0;
  let hashes = 0;
  for (const [i, buffer] of buffers.entries()) {
    const expected = (texts[i] ?? "").slice(0, buffer.length);
    if ((await sha(buffer.text)) === (await sha(expected))) hashes += 1;
    const whole = document.createElement("div");
    const fresh = new MarkdownStream(whole);
    fresh.append(expected);
    fresh.end();
    if ((await sha(bodies[i]?.textContent ?? "")) === (await sha(whole.textContent))) shown += 1;
  }
  const result = {
    engine: navigator.userAgent,
    columns,
    rate,
    seconds,
    characters_at_start: filled,
    characters_at_end: buffers[0]?.length ?? 0,
    fps: Math.round((gaps.length / elapsed) * 10_000) / 10,
    gap_ms: { median: at(0.5), p95: at(0.95), p99: at(0.99), longest: sorted.at(-1) ?? 0 },
    painted,
    buffers_whole: `${hashes} of ${columns}`,
    screens_whole: `${shown} of ${columns}`,
  };
  document.title = "done";
  await fetch("/report", { method: "POST", body: JSON.stringify(result) });
}

void measure();
