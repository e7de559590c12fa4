/** Seconds in fields, milliseconds in forms. */

/** "15", "0.5"; empty for a clock that is not set. */
export function asSeconds(ms: number | undefined): string {
  return ms === undefined ? "" : String(ms / 1000);
}

/** Reads seconds, with or without "s", or "2m"; `undefined` if empty, `null` if it is no time. */
export function readSeconds(text: string): number | undefined | null {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const form = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min)?$/.exec(trimmed);
  if (!form) return null;
  const scale = { ms: 1, m: 60_000, min: 60_000 }[form[2] ?? "s"] ?? 1000;
  return Math.round(Number(form[1]) * scale);
}

/** Reads a whole number; `undefined` if empty, `null` if it is none. */
export function readWhole(text: string): number | undefined | null {
  const trimmed = text.replaceAll(/[,_ ]/g, "");
  if (trimmed === "") return undefined;
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : null;
}
