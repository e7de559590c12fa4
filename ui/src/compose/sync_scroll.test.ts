import { describe, expect, it } from "vitest";
import { SyncScroll } from "./sync_scroll";

function region(scrollHeight: number): HTMLElement {
  const element = document.createElement("div");
  Object.defineProperty(element, "scrollHeight", { value: scrollHeight });
  Object.defineProperty(element, "clientHeight", { value: 100 });
  document.body.append(element);
  return element;
}

describe("scrolling together", () => {
  it("moves the others by the same share and does not answer its own echo", () => {
    const sync = new SyncScroll(() => true);
    const [a, b] = [region(300), region(1100)];
    sync.set("a", a);
    sync.set("b", b);
    a.scrollTop = 100;
    a.dispatchEvent(new Event("scroll"));
    expect(b.scrollTop).toBe(500);
    a.scrollTop = 90;
    b.dispatchEvent(new Event("scroll"));
    expect(a.scrollTop).toBe(90);
  });

  it("does nothing while it is off", () => {
    const sync = new SyncScroll(() => false);
    const [a, b] = [region(300), region(1100)];
    sync.set("a", a);
    sync.set("b", b);
    a.scrollTop = 100;
    a.dispatchEvent(new Event("scroll"));
    expect(b.scrollTop).toBe(0);
  });
});
