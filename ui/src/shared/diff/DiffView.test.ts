import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import type { DiffSpan } from "../../lib/backend";
import DiffView from "./DiffView.svelte";
import { diffCounts, isSame } from "./diff_counts";

const spans: DiffSpan[] = [
  { kind: "same", text: "one " },
  { kind: "removed", text: "two" },
  { kind: "added", text: "2" },
  { kind: "same", text: " three" },
  { kind: "added", text: " four\n" },
];

it("marks added and removed words as such, not by colour alone", () => {
  render(DiffView, { spans });
  const texts = (tag: string): string[] =>
    [...document.querySelectorAll(tag)].map((it) => it.textContent);
  expect(texts("del")).toEqual(["removed: two"]);
  expect(texts("ins")).toEqual(["added: 2", "added:  four\n"]);
  expect(screen.getByTestId("diff-counts")).toHaveTextContent("2 words added, 1 word removed");
});

it("shows markup in texts as text", () => {
  render(DiffView, { spans: [{ kind: "added", text: "<img src=x onerror=hit()>" }] });
  expect(document.querySelector("img")).toBeNull();
  expect(screen.getByTestId("diff-view")).toHaveTextContent("<img src=x onerror=hit()>");
});

it("says so when both texts are the same", () => {
  render(DiffView, { spans: [{ kind: "same", text: "same" }] });
  expect(screen.getByText("Both texts are the same.")).toBeInTheDocument();
});

it("counts words, and blanks as nothing", () => {
  expect(diffCounts(spans)).toEqual({ added: 2, removed: 1 });
  expect(diffCounts([{ kind: "removed", text: " \n" }])).toEqual({ added: 0, removed: 0 });
  expect(isSame([{ kind: "removed", text: " \n" }])).toBe(false);
});
