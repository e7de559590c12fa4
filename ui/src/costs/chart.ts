/** Reading of a drawn chart: what is where, what it says, and its safe way into the page. */
import type { Action } from "svelte/action";
import type { ChartBucket, ChartSidecar, SpendChart } from "../lib/backend";

/** A line of the tooltip. */
export interface Line {
  label: string;
  /** Name of a colour token without `--`. */
  colour: string;
  dashed: boolean;
  text: string;
}

/** Returns the sidecar of a chart; `null` if it cannot be read. */
export function readSidecar(chart: SpendChart | undefined): ChartSidecar | null {
  if (!chart) return null;
  try {
    const side = JSON.parse(chart.sidecar) as ChartSidecar;
    return Array.isArray(side.buckets) && Array.isArray(side.series) ? side : null;
  } catch {
    return null;
  }
}

/**
 * Makes elements of a drawn SVG. It is our own program's; nothing of it runs all the same: what is not a
 * shape or a text, and every attribute that is not one of presentation, is left out.
 */
export function toElement(svg: string): SVGElement | null {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (parsed.nodeName !== "svg" || parsed.querySelector("parsererror")) return null;
  const root = document.importNode(parsed, true) as unknown as SVGElement;
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (!ELEMENTS.has(element.localName)) element.remove();
    for (const { name } of [...element.attributes]) {
      if (!ATTRIBUTES.has(name)) element.removeAttribute(name);
    }
  }
  return root;
}

const ELEMENTS = new Set(["svg", "g", "path", "rect", "circle", "text", "title", "desc"]);
const ATTRIBUTES = new Set(
  (
    "xmlns viewBox role d x y cx cy r width height fill stroke stroke-width stroke-linejoin " +
    "text-anchor font-size opacity"
  ).split(" "),
);

/** Shows a drawn SVG in an element; what it says is said beside it. */
export const picture: Action<HTMLElement, string> = (node, svg) => {
  const show = (drawn: string): void => {
    const element = toElement(drawn);
    element?.setAttribute("aria-hidden", "true");
    // A title inside a picture is a tooltip of the system's, over our own readout.
    for (const said of element?.querySelectorAll("title, desc") ?? []) said.remove();
    node.replaceChildren(...(element ? [element] : []));
  };
  show(svg);
  return { update: show };
};

/** Returns the bucket at a place of the `viewBox`; `null` beside the plot. */
export function bucketAt(side: ChartSidecar, x: number): number | null {
  if (x < side.left || x > side.right || side.buckets.length === 0) return null;
  const at = side.buckets.findIndex((bucket) => x < bucket.x + bucket.width);
  return at < 0 ? side.buckets.length - 1 : at;
}

/** Returns the series of the bar at a place; `null` if there is none. */
export function seriesAt(side: ChartSidecar, bucket: number, x: number, y: number): number | null {
  const hit = side.bars.find(
    (bar) =>
      bar.bucket === bucket &&
      x >= bar.x &&
      x <= bar.x + bar.width &&
      y >= bar.y &&
      y <= bar.y + bar.height,
  );
  return hit ? hit.series : null;
}

/** Returns a bucket's lines, the largest first; series with nothing in it are left out. */
export function linesOf(side: ChartSidecar, bucket: ChartBucket): Line[] {
  return side.series
    .map((series, place) => ({
      ...series,
      text: bucket.texts[place] ?? "–",
      value: bucket.values[place] ?? null,
    }))
    .filter(({ value }) => value !== null && (value > 0 || bucket.total === null))
    .sort((one, next) => (next.value ?? 0) - (one.value ?? 0))
    .map(({ label, colour, dashed, text }) => ({ label, colour, dashed, text }));
}

/** Returns where the arrow keys go; `undefined`: the key is not theirs. */
export function step(key: string, at: number | null, buckets: number): number | undefined {
  const last = buckets - 1;
  if (last < 0) return undefined;
  return {
    ArrowRight: Math.min(last, (at ?? -1) + 1),
    ArrowLeft: Math.max(0, (at ?? last + 1) - 1),
    Home: 0,
    End: last,
  }[key];
}

/** Colours of the chart's series by label, so that legend and table have the same. */
export function colourOf(side: ChartSidecar | null, label: string): string {
  const series = side?.series.find((one) => one.label === label || one.label === `${label} p50`);
  return `var(--${series?.colour ?? "series-other"})`;
}
