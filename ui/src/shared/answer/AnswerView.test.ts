import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { useBackend } from "../../lib/backend";
import { MockBackend } from "../../lib/backend/mock";
import { AnswerBuffer } from "../../lib/markdown";
import { uiState } from "../../lib/ui_state";
import { LARGE } from "./answer_painter";
import AnswerView from "./AnswerView.svelte";

let backend: MockBackend;
beforeEach(async () => {
  useBackend((backend = new MockBackend()));
  await uiState.load();
});
const body = (): HTMLElement => screen.getByTestId("answer-body");

it("shows text as it arrives and settles it at the end", async () => {
  const buffer = new AnswerBuffer("See [x].\n\n");
  const { rerender } = render(AnswerView, { buffer, mode: "rendered", live: true });
  await waitFor(() => expect(body().textContent).toContain("See [x]."));
  expect(document.querySelector("[data-caret]")).not.toBeNull();
  buffer.append("[x]: https://x.example\n");
  await rerender({ buffer, mode: "rendered", live: false });
  await waitFor(() => expect(body().querySelector("a[data-url]")).not.toBeNull());
  expect(document.querySelector("[data-caret]")).toBeNull();
});

it("shows no caret again when an ended answer comes back into view", async () => {
  const buffer = new AnswerBuffer("");
  const view = { buffer, mode: "rendered" as const };
  const { rerender } = render(AnswerView, { ...view, live: true });
  await waitFor(() => expect(document.querySelector("[data-caret]")).not.toBeNull());
  await rerender({ ...view, live: false });
  await waitFor(() => expect(document.querySelector("[data-caret]")).toBeNull());
  await rerender({ ...view, live: true });
  await waitFor(() => expect(document.querySelector("[data-caret]")).not.toBeNull());
  await rerender({ ...view, live: false });
  await waitFor(() => expect(document.querySelector("[data-caret]")).toBeNull());
});

it("starts over when the call does", async () => {
  const buffer = new AnswerBuffer("first try");
  render(AnswerView, { buffer, mode: "rendered", live: true });
  await waitFor(() => expect(body().textContent).toBe("first try"));
  buffer.reset();
  buffer.append("second");
  await waitFor(() => expect(body().textContent).toBe("second"));
});

it("shows the same text raw, to the letter", async () => {
  const text = "**a**\r\n\n```\n<b>\n```\n".repeat(300);
  const buffer = new AnswerBuffer(text);
  const { rerender } = render(AnswerView, { buffer, mode: "rendered", live: false });
  await rerender({ buffer, mode: "raw", live: false });
  await waitFor(() => expect(body().textContent.length).toBe(text.length));
  expect(body().textContent).toBe(text);
  await rerender({ buffer, mode: "rendered", live: false });
  await waitFor(() => expect(body().querySelector("strong")?.textContent).toBe("a"), {
    timeout: 10_000,
  });
}, 20_000);

it("is a log that is not read aloud token by token", () => {
  render(AnswerView, {
    buffer: new AnswerBuffer(),
    mode: "rendered",
    live: true,
    label: "Answer A",
  });
  const log = screen.getByRole("log", { name: "Answer A" });
  expect(log).toHaveAttribute("aria-live", "off");
  expect(log).toHaveAttribute("tabindex", "0");
});

it("copies code without its head", async () => {
  render(AnswerView, {
    buffer: new AnswerBuffer("```js\nlet a = 1;\n```\n"),
    mode: "rendered",
    live: false,
  });
  await fireEvent.click(await screen.findByRole("button", { name: "Copy code" }));
  await waitFor(() => expect(backend.copied).toBe("let a = 1;\n"));
});

it("opens a link only after it was confirmed, and shows where it goes", async () => {
  render(AnswerView, {
    buffer: new AnswerBuffer("[https://good.example](https://evil.example/x)"),
    mode: "rendered",
    live: false,
  });
  await fireEvent.click(await screen.findByRole("link"));
  const dialog = await screen.findByTestId("link-confirm");
  expect(dialog.textContent).toContain("https://evil.example/x");
  expect(dialog.textContent).toContain("https://good.example");
  expect(backend.opened).toBe("");
  await fireEvent.click(screen.getByTestId("link-open"));
  await waitFor(() => expect(backend.opened).toBe("https://evil.example/x"));
  await waitFor(() => expect(screen.queryByTestId("link-confirm")).toBeNull());
});

it("asks about an honest link only the first time its host is seen", async () => {
  render(AnswerView, {
    buffer: new AnswerBuffer("<https://known.example/a>"),
    mode: "rendered",
    live: false,
  });
  const link = await screen.findByRole("link");
  await fireEvent.click(link);
  await fireEvent.click(await screen.findByTestId("link-open"));
  await waitFor(() => expect(screen.queryByTestId("link-confirm")).toBeNull());
  backend.opened = "";
  await fireEvent.keyDown(link, { key: "Enter" });
  await waitFor(() => expect(backend.opened).toBe("https://known.example/a"));
  expect(screen.queryByTestId("link-confirm")).toBeNull();
});

it("holds back an answer above two megabytes until it is asked for", async () => {
  const buffer = new AnswerBuffer(
    "x"
      .repeat(99)
      .concat("\n")
      .repeat(LARGE / 100 + 1),
  );
  render(AnswerView, { buffer, mode: "raw", live: false });
  expect(await screen.findByTestId("large-answer")).toHaveTextContent("2.0 MB");
  expect(body().textContent).toBe("");
  await fireEvent.click(screen.getByRole("button", { name: "Save to file…" }));
  await waitFor(() => expect(backend.saved?.text.length).toBe(buffer.length));
  await fireEvent.click(screen.getByRole("button", { name: "Show it" }));
  await waitFor(() => expect(body().textContent.length).toBe(buffer.length), { timeout: 10_000 });
  expect(screen.queryByTestId("large-answer")).toBeNull();
}, 20_000);
