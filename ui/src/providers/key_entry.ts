/** What can be said about a key before it is sent. The key itself is never kept or quoted. */
import { strings } from "./strings";

/** Returns what is wrong with a key as typed, or `null`. */
export function keyProblem(key: string): string | null {
  const trimmed = key.trim();
  if (trimmed === "") return strings.keyEmpty;
  return /\s/.test(trimmed) ? strings.keyBlank : null;
}

/** Returns a free name for one more key: `default`, then `key-2`, `key-3`. */
export function freeName(taken: readonly string[]): string {
  if (!taken.includes(strings.defaultName)) return strings.defaultName;
  let number = taken.length + 1;
  while (taken.includes(`key-${number}`)) number += 1;
  return `key-${number}`;
}
