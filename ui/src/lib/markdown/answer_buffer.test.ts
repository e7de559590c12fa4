import { expect, it, vi } from "vitest";
import { AnswerBuffer } from "./answer_buffer";

it("keeps every letter in order and tells after each change", () => {
  const buffer = new AnswerBuffer();
  const listener = vi.fn();
  buffer.onChange(listener);
  buffer.append("a");
  buffer.append("");
  buffer.append("b\r\n");
  expect(buffer.text).toBe("ab\r\n");
  expect(buffer.length).toBe(4);
  expect(listener.mock.calls).toEqual([["append"], ["append"]]);
});

it("counts resets, so that readers start over", () => {
  const buffer = new AnswerBuffer("old");
  const listener = vi.fn();
  const stop = buffer.onChange(listener);
  buffer.reset();
  expect([buffer.text, buffer.generation]).toEqual(["", 1]);
  stop();
  buffer.append("unheard");
  expect(listener).toHaveBeenCalledTimes(1);
});

it("lets a listener go while it is being told", () => {
  const buffer = new AnswerBuffer();
  const stop = buffer.onChange(() => stop());
  const second = vi.fn();
  buffer.onChange(second);
  buffer.append("x");
  expect(second).toHaveBeenCalledOnce();
});
