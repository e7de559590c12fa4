import { describe, expect, it } from "vitest";
import { MockSpend } from "../lib/backend/mock/spend";
import type { ChartSidecar } from "../lib/backend";
import {
  bucketAt,
  colourOf,
  linesOf,
  picture,
  readSidecar,
  seriesAt,
  step,
  toElement,
} from "./chart";
import { DEFAULT, toQuery } from "./query";

const report = new MockSpend().report(toQuery(DEFAULT, { width: 900, height: 240 }));
const side = readSidecar(report.chart) as ChartSidecar;

describe("a drawn chart", () => {
  it("enters the page as shapes and texts only", () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="x()" style="color:red">' +
      '<script>x()</script><foreignObject><p xmlns="http://www.w3.org/1999/xhtml">p</p></foreignObject>' +
      '<a href="javascript:x()"><text x="1" y="2">a</text></a><image href="http://x"/>' +
      '<path d="M0 0h1" fill="var(--series-1)" onclick="x()"/></svg>';
    const element = toElement(svg);
    expect(element?.outerHTML).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' +
        '<path d="M0 0h1" fill="var(--series-1)"/></svg>'.replace("/>", "></path>"),
    );
    expect(toElement("<svg")).toBeNull();
    expect(toElement("<p>no</p>")).toBeNull();
  });

  it("has no title of its own in the page, where the system would show it over the readout", () => {
    const node = document.createElement("div");
    picture(
      node,
      '<svg xmlns="http://www.w3.org/2000/svg"><title>a</title><desc>b</desc><path/></svg>',
    );
    expect(node.querySelector("path")).not.toBeNull();
    expect(node.querySelector("title, desc")).toBeNull();
    expect(node.firstElementChild?.getAttribute("aria-hidden")).toBe("true");
  });

  it("is nothing where its description cannot be read", () => {
    expect(readSidecar(undefined)).toBeNull();
    expect(readSidecar({ svg: "", sidecar: "{" })).toBeNull();
    expect(readSidecar({ svg: "", sidecar: "{}" })).toBeNull();
  });

  it("finds the bucket and the bar at a place, and nothing beside the plot", () => {
    expect(bucketAt(side, side.left - 1)).toBeNull();
    expect(bucketAt(side, side.right + 1)).toBeNull();
    expect(bucketAt(side, side.left)).toBe(0);
    expect(bucketAt(side, side.right)).toBe(side.buckets.length - 1);
    for (const bar of side.bars) {
      const [x, y] = [bar.x + bar.width / 2, bar.y + bar.height / 2];
      expect(bucketAt(side, x)).toBe(bar.bucket);
      expect(seriesAt(side, bar.bucket, x, y)).toBe(bar.series);
    }
    expect(seriesAt(side, 0, side.left, side.top)).toBeNull();
  });

  it("reads a bucket's series from the largest, without those that are nothing", () => {
    const [bucket] = side.buckets;
    if (!bucket) throw new Error("no bucket");
    const changed = { ...bucket, values: [1, 5, 0], texts: ["$1", "$5", "$0"] };
    expect(linesOf(side, changed).map((line) => line.text)).toEqual(["$5", "$1"]);
  });

  it("moves with the arrow keys and stops at its ends", () => {
    expect(step("ArrowRight", null, 7)).toBe(0);
    expect(step("ArrowLeft", null, 7)).toBe(6);
    expect(step("ArrowRight", 6, 7)).toBe(6);
    expect(step("ArrowLeft", 0, 7)).toBe(0);
    expect(step("End", 2, 7)).toBe(6);
    expect(step("ArrowRight", null, 0)).toBeUndefined();
    expect(step("a", 1, 7)).toBeUndefined();
  });

  it("gives a row the colour of its series", () => {
    expect(colourOf(side, "claude-opus-4.6")).toBe("var(--series-2)");
    expect(colourOf(side, "somebody")).toBe("var(--series-other)");
  });
});
