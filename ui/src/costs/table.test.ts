import { describe, expect, it } from "vitest";
import { MockSpend } from "../lib/backend/mock/spend";
import type { SpendRow } from "../lib/backend";
import { DEFAULT, toQuery } from "./query";
import { ariaSort, clicked, FIRST, sorted } from "./table";

const report = new MockSpend().report(toQuery(DEFAULT, { width: 900, height: 240 }));
const labels = (rows: readonly SpendRow[]): string[] => rows.map((row) => row.label);

describe("the table", () => {
  it("begins with what costs most", () => {
    const spend = sorted(report.rows, FIRST).map((row) => row.spend);
    expect(spend).toEqual(spend.toSorted((one, next) => next - one));
  });

  it("sorts names from A, figures from the largest, and turns around when asked again", () => {
    const byName = clicked(FIRST, "key");
    expect(byName).toEqual({ column: "key", descending: false });
    expect(labels(sorted(report.rows, byName))).toEqual([
      "claude-opus-4.6",
      "deepseek-v4",
      "gpt-6.1-terra",
    ]);
    expect(labels(sorted(report.rows, clicked(byName, "key")))[0]).toBe("gpt-6.1-terra");
    expect(clicked(byName, "calls")).toEqual({ column: "calls", descending: true });
    expect(ariaSort(byName, "key")).toBe("ascending");
    expect(ariaSort(byName, "calls")).toBeUndefined();
  });

  it("puts rows without a figure last, whichever way", () => {
    const { latency_p50_ms: _, ...without } = report.rows[0] as SpendRow;
    const rows = [without, ...report.rows.slice(1)];
    for (const descending of [true, false]) {
      expect(sorted(rows, { column: "latency", descending }).at(-1)?.key).toBe(without.key);
    }
  });
});
