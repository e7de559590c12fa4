import type { PicoUsd, Usage } from "./backend/types";

const DASH = "–";
const number = new Intl.NumberFormat("en-US");

/** Formats milliseconds: "212 ms", "2.1 s", "1 m 04 s". `null` is a dash. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH;
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}

/** Formats milliseconds as a live clock that always counts in tenths: "0.4 s". */
export function clock(ms: number): string {
  if (ms >= 59_950) return duration(ms);
  return `${(Math.floor(Math.max(0, ms) / 100) / 10).toFixed(1)} s`;
}

/** Formats a duration of an answer's first token: "0.31 s" below ten seconds. */
export function firstToken(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH;
  return ms < 9_995 ? `${(Math.max(0, ms) / 1000).toFixed(2)} s` : duration(ms);
}

/** Formats a whole number with separators: "12,408". */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return number.format(Math.round(value));
}

/** Formats "1 call", "2 calls". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Formats tokens per second: "88 tok/s", "0.4 tok/s". */
export function rate(tokensPerSecond: number | null | undefined): string {
  if (tokensPerSecond === null || tokensPerSecond === undefined) return DASH;
  if (!Number.isFinite(tokensPerSecond)) return DASH;
  const text =
    tokensPerSecond < 10 && tokensPerSecond > 0
      ? tokensPerSecond.toFixed(1)
      : count(tokensPerSecond);
  return `${text} tok/s`;
}

/**
 * Formats pico-USD (10^-12 USD): "$3.12", "$0.0041". Small amounts keep two significant digits; an
 * amount too small to show is "<$0.000001", never $0. `null` (unknown) is a dash, never zero.
 */
export function money(amount: PicoUsd | null | undefined): string {
  if (amount === null || amount === undefined || !Number.isFinite(amount)) return DASH;
  if (amount === 0) return "$0.00";
  const sign = amount < 0 ? "-" : "";
  const usd = Math.abs(amount) / 1e12;
  if (usd < 0.000001) return `${sign}<$0.000001`;
  if (usd >= 1) return `${sign}$${usd.toLocaleString("en-US", fixed(2))}`;
  if (usd >= 0.01) return `${sign}$${usd.toFixed(3).replace(/0$/, "")}`;
  const digits = Math.min(6, 1 - Math.floor(Math.log10(usd)));
  return `${sign}$${usd.toFixed(digits)}`;
}

/** Formats a price given per token as the usual price per million tokens: "$1.25". */
export function pricePerMillion(perToken: PicoUsd | null | undefined): string {
  if (perToken === null || perToken === undefined) return DASH;
  return money(perToken * 1_000_000);
}

/** Formats bytes: "812 B", "38 KB", "41 MB" (steps of 1,000). */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const units = ["B", "KB", "MB", "GB", "TB"];
  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && rest < 9.95 ? 1 : 0;
  return `${rest.toFixed(digits)} ${units[unit] ?? "B"}`;
}

/** Returns all input tokens of a call: the buckets never overlap. */
export function inputTokens(usage: Usage): number {
  return (
    usage.input_uncached_tokens +
    usage.cache_read_input_tokens +
    usage.cache_creation_input_tokens +
    usage.cache_creation_1h_input_tokens
  );
}

/** Returns all output tokens of a call, reasoning included. */
export function outputTokens(usage: Usage): number {
  return usage.output_visible_tokens + usage.reasoning_output_tokens;
}

/** Formats a time of day from RFC 3339: "12:04". An unreadable time is a dash. */
export function timeOfDay(rfc3339: string): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return DASH;
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** Formats a moment from RFC 3339: time today, else "Nov 20 12:04", else with the year. */
export function moment(rfc3339: string, now = new Date()): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return DASH;
  if (date.toDateString() === now.toDateString()) return timeOfDay(rfc3339);
  const day = date.toLocaleDateString("en-US", {
    month: "short",
    day: "numeric",
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
  });
  return `${day} ${timeOfDay(rfc3339)}`;
}

/** Shortens a text in its middle, so that its end stays readable: "claude-s…-4.6". */
export function middle(text: string, most: number): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  const head = most - 1 - tail;
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - tail).join("")}`;
}

function fixed(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}
