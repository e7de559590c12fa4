/** Where the parts of the chart of answers over time stand. Pixels, from the top left. */
import type { FaultWindow, Timeline } from "../lib/backend";
import { seriesOf } from "../lib/prompt/body";

export const FALLBACK_TEXT = "fallback text";
const MARGIN = { top: 20, right: 12, bottom: 22, left: 44 };
const COLOURS = 6;

/** One band of the stack. */
export interface Band {
  label: string;
  /** A CSS colour. */
  colour: string;
  failed: boolean;
  calls: readonly number[];
  /** The band as an SVG path, a rectangle a step. */
  path: string;
}

export interface Chart {
  width: number;
  height: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  steps: number;
  stepWidth: number;
  bands: Band[];
  /** Horizontal lines: height and count. */
  grid: { y: number; count: number }[];
  /** Marks of the time axis. */
  ticks: { x: number; ms: number }[];
  /** Times of faults, those that reach into the chart. */
  faults: { x: number; width: number; label: string; row: number }[];
}

/** Returns a colour for each model: its own on every screen, or the next that is free in this chart. */
export function coloursOf(labels: readonly string[]): string[] {
  const taken = new Set<number>();
  return labels.map((label) => {
    if (label === FALLBACK_TEXT || taken.size === COLOURS) return "var(--series-other)";
    let colour = seriesOf(label);
    while (taken.has(colour)) colour = (colour % COLOURS) + 1;
    taken.add(colour);
    return `var(--series-${colour})`;
  });
}

/** Lays the chart out in a box. */
export function layOut(
  timeline: Timeline,
  faults: readonly FaultWindow[],
  width: number,
  height: number,
): Chart {
  const left = MARGIN.left;
  const right = Math.max(left + 1, width - MARGIN.right);
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
  const steps = timeline.failed.length;
  const colours = coloursOf(timeline.series.map(({ label }) => label));
  const raw = [
    ...timeline.series.map(({ label, calls }, place) => ({
      label,
      calls,
      colour: colours[place] ?? "var(--series-other)",
      failed: false,
    })),
    { label: "failed", calls: timeline.failed, colour: "var(--danger)", failed: true },
  ];
  const sums = Array.from({ length: steps }, (_, step) =>
    raw.reduce((sum, band) => sum + (band.calls[step] ?? 0), 0),
  );
  const most = headroom(Math.max(1, ...sums));
  const stepWidth = (right - left) / Math.max(1, steps);
  const gap = stepWidth > 5 ? 1 : stepWidth > 3 ? 0.5 : 0;
  const y = (count: number): number => bottom - ((bottom - top) * count) / most;
  const floor = Array<number>(steps).fill(0);
  const bands = raw.map((band): Band => {
    let path = "";
    for (let step = 0; step < steps; step++) {
      const calls = band.calls[step] ?? 0;
      const from = floor[step] ?? 0;
      floor[step] = from + calls;
      if (calls === 0) continue;
      const tall = y(from) - y(from + calls);
      const x = left + step * stepWidth;
      path += `M${round(x)} ${round(y(from + calls))}h${round(stepWidth - gap)}v${round(tall)}h${round(gap - stepWidth)}z`;
    }
    return { ...band, path };
  });
  const span = Math.max(1, steps * timeline.step_ms);
  const x = (ms: number): number => left + ((right - left) * Math.min(ms, span)) / span;
  return {
    width,
    height,
    left,
    top,
    right,
    bottom,
    steps,
    stepWidth,
    bands,
    grid: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ y: y(most * share), count: most * share })),
    ticks: ticks(span, right - left).map((ms) => ({ x: x(ms), ms })),
    faults: faults
      .filter((fault) => fault.from_ms < span)
      .map((fault, row) => ({
        x: x(fault.from_ms),
        width: Math.max(2, x(fault.to_ms ?? span) - x(fault.from_ms)),
        label: `${fault.provider}${fault.model === undefined ? "" : `/${fault.model}`} ${fault.kind}`,
        row,
      })),
  };
}

/** The next number above that four grid lines divide evenly. */
function headroom(most: number): number {
  const size = 10 ** Math.floor(Math.log10(most));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10];
  const found = steps.find((step) => step * size >= most) ?? 10;
  return Math.max(4, Math.ceil((found * size) / 4) * 4);
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600];

function ticks(span: number, width: number): number[] {
  const most = Math.max(2, Math.floor(width / 70));
  const every = (SECONDS.find((step) => span / (step * 1000) <= most) ?? 43_200) * 1000;
  return Array.from({ length: Math.floor(span / every) + 1 }, (_, place) => place * every);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
