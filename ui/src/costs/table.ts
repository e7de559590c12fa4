/** Sorting of the table. */
import type { SpendRow } from "../lib/backend";

export type Column =
  "key" | "calls" | "input" | "cached" | "output" | "spend" | "share" | "latency" | "errors";

export interface Sorting {
  column: Column;
  descending: boolean;
}

export const FIRST: Sorting = { column: "spend", descending: true };

const VALUES: Record<Exclude<Column, "key">, (row: SpendRow) => number | null> = {
  calls: (row) => row.calls,
  input: (row) => row.input_tokens,
  cached: (row) => row.cached_tokens,
  output: (row) => row.output_tokens,
  spend: (row) => row.spend,
  share: (row) => row.share,
  latency: (row) => row.latency_p50_ms ?? null,
  errors: (row) => row.error_share,
};

/** Returns rows in order; those without a value stand last either way, equal ones keep their order. */
export function sorted(
  rows: readonly SpendRow[],
  { column, descending }: Sorting,
): readonly SpendRow[] {
  const sign = descending ? -1 : 1;
  if (column === "key") {
    return rows.toSorted((one, next) => sign * one.label.localeCompare(next.label, "en"));
  }
  const value = VALUES[column];
  return rows.toSorted((one, next) => {
    const [left, right] = [value(one), value(next)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}

/** A click on a column: figures begin with the largest, names with A; again turns it around. */
export function clicked(sorting: Sorting, column: Column): Sorting {
  if (sorting.column === column) return { column, descending: !sorting.descending };
  return { column, descending: column !== "key" };
}

export function ariaSort(sorting: Sorting, column: Column): "ascending" | "descending" | undefined {
  if (sorting.column !== column) return undefined;
  return sorting.descending ? "descending" : "ascending";
}
