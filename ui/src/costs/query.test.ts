import { describe, expect, it } from "vitest";
import { DEFAULT, rangeProblem, readChoice, toQuery } from "./query";

describe("what is asked", () => {
  it("starts with seven days by model, whatever nonsense was kept", () => {
    const nonsense = [null, 3, "x", {}, { range: { kind: "ever" }, by: 1, view: [], baseline: "" }];
    for (const kept of nonsense) expect(readChoice(kept)).toEqual(DEFAULT);
    const custom = { range: { kind: "custom", from: "2026-11-09", to: "2026-11-01" } };
    expect(readChoice(custom).range).toEqual({ kind: "last_7d" });
  });

  it("remembers a choice, but never starts with simulated calls", () => {
    const kept = {
      range: { kind: "custom", from: "2026-11-01", to: "2026-11-09" },
      by: "tag",
      view: "latency",
      project: "",
      baseline: "openai/gpt-6.1-terra",
      simulated: true,
    };
    expect(readChoice(JSON.parse(JSON.stringify(kept)))).toEqual({ ...kept, simulated: false });
  });

  it.each([
    ["2026-11-01", "2026-11-01", null],
    ["2026-11-02", "2026-11-01", "order"],
    ["", "2026-11-01", "missing"],
    ["2026-11-01", "2026-02-31x", "missing"],
    ["2025-10-22", "2026-11-25", null],
    ["2025-10-21", "2026-11-25", "long"],
  ])("finds what is wrong with %s to %s: %s", (from, to, problem) =>
    expect(rangeProblem(from, to)).toBe(problem),
  );

  it("asks for one project, or for calls without one, or for all", () => {
    const size = { width: 900, height: 240 };
    expect(toQuery(DEFAULT, size).filter).toEqual({});
    expect(toQuery({ ...DEFAULT, project: "" }, size).filter).toEqual({ project: "" });
    const query = toQuery({ ...DEFAULT, project: "billing", baseline: "a/b" }, size);
    expect(query).toMatchObject({ filter: { project: "billing" }, baseline: "a/b", chart: size });
  });
});
