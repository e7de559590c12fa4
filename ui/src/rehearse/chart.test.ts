import { expect, it } from "vitest";
import { coloursOf, layOut } from "./chart";

const timeline = {
  step_ms: 60_000,
  series: [
    { label: "openai/gpt-6.1-terra", calls: [160, 0, 150] },
    { label: "anthropic/claude-sonnet-5-5", calls: [0, 158, 8] },
  ],
  failed: [0, 2, 0],
};
const fault = {
  text: "openai=outage@1m+1m",
  provider: "openai",
  kind: "outage",
  means: "",
  from_ms: 60_000,
  to_ms: 120_000,
};

it("stacks the bands of a step without gap and never past the top", () => {
  const chart = layOut(timeline, [], 600, 220);
  const heights = chart.bands.flatMap(({ path }) =>
    [...path.matchAll(/M([\d.]+) ([\d.]+)h[\d.]+v([\d.]+)/g)].map((it) => it.slice(1).map(Number)),
  ) as [number, number, number][];
  const second = heights.filter(([x]) => Math.abs(x - (chart.left + chart.stepWidth)) < 1);
  expect(second).toHaveLength(2);
  const [claude, failed] = second as [[number, number, number], [number, number, number]];
  expect(claude[1] + claude[2]).toBeCloseTo(chart.bottom, 0);
  expect(failed[1] + failed[2]).toBeCloseTo(claude[1], 0);
  expect(Math.min(...heights.map(([, y]) => y))).toBeGreaterThanOrEqual(chart.top);
});

it("starts the axis at nothing and marks the time", () => {
  const chart = layOut(timeline, [], 600, 220);
  expect(chart.grid[0]).toEqual({ y: chart.bottom, count: 0 });
  expect(chart.grid.every(({ count }) => Number.isInteger(count))).toBe(true);
  expect(chart.ticks[0]).toEqual({ x: chart.left, ms: 0 });
  expect(chart.ticks.at(-1)?.ms).toBeLessThanOrEqual(180_000);
});

it("shades a fault where it is, and one without an end to the end", () => {
  const { left, right, faults } = layOut(timeline, [fault], 600, 220);
  expect(faults[0]?.x).toBeCloseTo(left + (right - left) / 3, 5);
  expect(faults[0]?.width).toBeCloseTo((right - left) / 3, 5);
  const { to_ms: _, ...endless } = fault;
  const [open] = layOut(timeline, [endless], 600, 220).faults;
  expect((open?.x ?? 0) + (open?.width ?? 0)).toBeCloseTo(right, 5);
});

it("gives no two of six models the same colour", () => {
  const colours = coloursOf(["a/1", "a/2", "a/3", "a/4", "a/5", "a/6"]);
  expect(new Set(colours).size).toBe(6);
  expect(coloursOf(["fallback text"])).toEqual(["var(--series-other)"]);
});
