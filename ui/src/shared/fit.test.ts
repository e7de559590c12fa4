import { afterEach, expect, it, vi } from "vitest";
import { fit } from "./fit";

afterEach(() => vi.restoreAllMocks());

/** An element in which a letter is 6 pixels wide. */
function line(width: number): HTMLElement {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(width);
  vi.spyOn(HTMLElement.prototype, "scrollWidth", "get").mockImplementation(function (
    this: HTMLElement,
  ) {
    return Math.max(width, this.textContent.length * 6);
  });
  return document.createElement("p");
}

const TEXTS = ["+12 % vs previous 30 days", "+12 % vs 30 days", "+12 %"];

it.each([
  [150, "+12 % vs previous 30 days", ""],
  [100, "+12 % vs 30 days", "+12 % vs previous 30 days"],
  [40, "+12 %", "+12 % vs previous 30 days"],
  [10, "+12 %", "+12 % vs previous 30 days"],
])("says in %d pixels what fits, the rest in the tooltip", (width, text, title) => {
  const node = line(width);
  fit(node, TEXTS);
  expect(node.textContent).toBe(text);
  expect(node.title).toBe(title);
});

it("forgets the tooltip when a text fits", () => {
  const node = line(100);
  const action = fit(node, TEXTS);
  if (action) action.update?.(["1.0 % failed"]);
  expect(node.textContent).toBe("1.0 % failed");
  expect(node.hasAttribute("title")).toBe(false);
});
