/** Sentences and figures of a report. */
import type { Difference, ProviderLoad, RouteResult, Unit } from "../lib/backend";
import { count, duration, money } from "../lib/format";

/** "9,986 of 10,000 answered; 1,204 of them rescued; 14 failed." */
export function headline(result: RouteResult): string {
  const saved = rescued(result);
  const parts = [`${count(result.answered)} of ${count(result.calls)} answered`];
  if (saved > 0) parts.push(`${count(saved)} of them rescued`);
  if (result.fallback_text > 0) parts.push(`${count(result.fallback_text)} with the fallback text`);
  parts.push(result.failed > 0 ? `${count(result.failed)} failed` : "none failed");
  return `${parts.join("; ")}.`;
}

export function rescued(result: RouteResult): number {
  return result.rescued_by_retry + result.rescued_by_fallback + result.rescued_by_continuation;
}

/** "99.86 %", never rounded up to 100 %. */
export function share(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = Math.floor((part / whole) * 10_000) / 100;
  return `${percent % 1 === 0 ? percent : percent.toFixed(2)} %`;
}

/** The provider that was asked most often a call; `null` without any. */
export function mostAmplified(providers: readonly ProviderLoad[]): ProviderLoad | null {
  return providers.reduce<ProviderLoad | null>(
    (most, one) => (most === null || one.amplification > most.amplification ? one : most),
    null,
  );
}

/** Formats a figure in its unit; `null` is a dash. */
export function figure(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  switch (unit) {
    case "calls":
      return count(value);
    case "per_call":
      return value.toFixed(2);
    case "milliseconds":
      return duration(value);
    case "pico_usd":
      return money(value);
  }
}

/** Whether a change shows: figures that read the same are the same. */
export function differs({ from, to, unit }: Difference): boolean {
  return figure(from, unit) !== figure(to, unit);
}

/** Formats the change from the first route to the other: "+12", "−0.8 s", "0". */
export function change(row: Difference): string {
  const { from, to, unit } = row;
  if (from === null || to === null) return "–";
  if (!differs(row)) return "0";
  const by = to - from;
  return `${by > 0 ? "+" : "−"}${figure(Math.abs(by), unit)}`;
}
