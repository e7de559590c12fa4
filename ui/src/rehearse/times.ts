const UNITS: [ms: number, unit: string][] = [
  [3_600_000, "h"],
  [60_000, "m"],
  [1000, "s"],
  [1, "ms"],
];

/** Writes a time of a rehearsal as its grammar does, to the second above one: "1h30m", "12m4s", "250ms". */
export function clockTime(ms: number): string {
  let rest = ms >= 1000 ? Math.round(ms / 1000) * 1000 : Math.round(ms);
  let text = "";
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === "" ? "0s" : text;
}

/** Reads a time such as `1h30m`, `90s`, `250ms`, in milliseconds; `null` if it is none. */
export function readTime(text: string): number | null {
  const trimmed = text.trim();
  if (!/^(?:\d{1,9}(?:\.\d+)?(?:ms|s|m|h))+$/.test(trimmed)) return null;
  let sum = 0;
  for (const [, number, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    sum += Number(number) * (UNITS.find(([, name]) => name === unit)?.[0] ?? 0);
  }
  return Math.round(sum);
}
