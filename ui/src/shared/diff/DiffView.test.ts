import { render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { BackendError, useBackend } from "../../lib/backend";
import { MockBackend } from "../../lib/backend/mock";
import DiffView from "./DiffView.svelte";
import { diffCounts, isSame } from "./diff_counts";

let backend: MockBackend;
beforeEach(() => useBackend((backend = new MockBackend())));

it("marks added and removed words as such, not by colour alone", async () => {
  render(DiffView, { before: "one two three", after: "one 2 three four" });
  await waitFor(() => expect(document.querySelector("ins")).not.toBeNull());
  const text = (selector: string): string =>
    [...document.querySelectorAll(selector)].map((it) => it.textContent).join("|");
  expect(text("del")).toContain("two");
  expect(text("ins")).toContain("2");
  expect(text("ins")).toContain("four");
  expect(screen.getByTestId("diff-counts").textContent).toContain("2 words added, 1 word removed");
});

it("says so when both texts are the same", async () => {
  render(DiffView, { before: "same", after: "same" });
  expect(await screen.findByText("Both texts are the same.")).toBeInTheDocument();
});

it("keeps the text and offers to try again when comparing fails", async () => {
  backend.failing.set("diff.texts", new BackendError({ code: "internal", message: "no" }));
  render(DiffView, { before: "a", after: "b" });
  const again = await screen.findByRole("button", { name: "Try again" });
  backend.failing.clear();
  again.click();
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

it("counts words, and blanks as nothing", () => {
  const spans = [
    { kind: "same" as const, text: "a " },
    { kind: "added" as const, text: "b c\nd" },
    { kind: "removed" as const, text: " \n" },
  ];
  expect(diffCounts({ spans })).toEqual({ added: 3, removed: 0 });
  expect(isSame({ spans })).toBe(false);
  expect(isSame({ spans: [{ kind: "same", text: "a" }] })).toBe(true);
});
