/** Small words about calls. */
import type { CallSummary } from "../lib/backend";

/** Returns the model that answered, and the one asked for if it was another. */
export function models(call: CallSummary): { requested: string | null; answered: string } {
  const { requested, answered } = call;
  if (!answered) return { requested: null, answered: requested.model };
  const same = answered.provider === requested.provider && answered.model === requested.model;
  return { requested: same ? null : requested.model, answered: answered.model };
}

/** Names the models of a call in full: "openai/gpt-5.2 → anthropic/claude-opus-4.6". */
export function fullNames({ requested, answered }: CallSummary): string {
  const names = [requested, answered ?? requested].map((target) =>
    [target.provider, target.model].filter((part) => part !== "").join("/"),
  );
  return [...new Set(names)].join(" → ");
}

/** Formats a time of day with seconds from RFC 3339: "12:04:31"; before today with the day. */
export function secondsOfDay(rfc3339: string, now = new Date()): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return "–";
  const pad = (value: number): string => String(value).padStart(2, "0");
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return `${time}:${pad(date.getSeconds())}`;
  const day = date.toLocaleDateString("en-US", { month: "short", day: "numeric" });
  return day;
}
