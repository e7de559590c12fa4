import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "./App.svelte";
import { useBackend } from "./lib/backend";
import { MockBackend } from "./lib/backend/mock";
import { navigation } from "./lib/navigation.svelte";
import { uiState } from "./lib/ui_state";

let backend: MockBackend;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MockBackend();
  useBackend(backend);
  await uiState.load();
  navigation.go("compose");
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function open(): Promise<void> {
  render(App);
  await pass(300);
}

function press(target: Element, init: KeyboardEventInit): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
}

describe("the shell", () => {
  it("shows the window only after the first paint", async () => {
    render(App);
    expect(backend.shown).toBe(false);
    await pass(300);
    expect(backend.shown).toBe(true);
  });

  it("opens Rehearse with Mod+5 and shows in the navigation where the gateway serves", async () => {
    await open();
    press(document.body, { key: "5", code: "Digit5", ctrlKey: true });
    await pass(300);
    expect(screen.getByTestId("rehearse")).toBeInTheDocument();
    expect(screen.getByTestId("nav-gateway")).toHaveTextContent("off");
    backend.gateway.start();
    await pass(300);
    expect(screen.getByTestId("nav-gateway")).toHaveTextContent(":4141");
    await fireEvent.click(screen.getByTestId("gateway-address"));
    await pass(300);
    expect(screen.getByTestId("gateway-status")).toHaveTextContent("Serving 127.0.0.1:4141");
  });

  it("opens Costs with Mod+3, and from today's spend in the title", async () => {
    const day = { scope: { of: "global" }, window: "day" } as const;
    backend.budgets.set({ name: "daily", limit_usd: "10.00", ...day });
    await open();
    expect(screen.getByTestId("spend-meter")).toHaveTextContent("Today $3.12 of $10.00");
    press(document.body, { key: "3", code: "Digit3", ctrlKey: true });
    await pass(300);
    expect(screen.getByTestId("costs")).toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("nav-compose"));
    await fireEvent.click(screen.getByTestId("spend-meter"));
    await pass(300);
    expect(screen.getByTestId("costs")).toBeInTheDocument();
  });

  it("says that the simulator answers, and what was found in the environment", async () => {
    await open();
    expect(screen.getByTestId("first-run")).toHaveTextContent("Import from environment (2 found)");
    expect(screen.getByTestId("provider-sandbox")).toHaveTextContent("simulated");
    expect(screen.getByTestId("keychain-state")).toHaveTextContent("keychain ok");
  });

  it("names file, line, field and fix of a broken configuration", async () => {
    backend.configError = {
      file: "/home/me/.config/switchboard/config.toml",
      line: 12,
      column: 3,
      field: "providers.openai.base_url",
      message: "the address has no host",
      fix: "write it like `https://api.openai.com/v1`",
    };
    await open();
    const banner = screen.getByTestId("config-problem");
    expect(banner).toHaveTextContent("config.toml, line 12, column 3");
    expect(banner).toHaveTextContent("field providers.openai.base_url");
    expect(banner).toHaveTextContent("Fix: Write it like");
    expect(banner).toHaveTextContent("The last good configuration stays active.");
  });

  it("opens the palette with Mod+K and goes where Enter says, unless a word is being composed", async () => {
    await open();
    press(document.body, { key: "k", code: "KeyK", ctrlKey: true });
    await pass(50);
    const input = screen.getByTestId("palette-input");
    await fireEvent.input(input, { target: { value: "go to settings" } });
    await pass(50);
    press(input, { key: "Enter", isComposing: true });
    await pass(50);
    expect(navigation.screen).toBe("compose");
    press(input, { key: "Enter" });
    await pass(50);
    expect(navigation.screen).toBe("settings");
    expect(screen.queryByTestId("palette-input")).toBeNull();
  });

  it("lists every shortcut from the action registry", async () => {
    await open();
    press(document.body, { key: "?", code: "Slash", ctrlKey: true, shiftKey: true });
    await pass(50);
    const sheet = screen.getByTestId("help-sheet");
    expect(sheet).toHaveTextContent("Run all columns");
    expect(sheet).toHaveTextContent("Go to Calls");
  });

  it("keeps Compose streaming while another screen is open", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(500);
    await fireEvent.click(screen.getByTestId("nav-calls"));
    await pass(15_000);
    await fireEvent.click(screen.getByTestId("nav-compose"));
    await pass(300);
    expect(screen.getByTestId("column-0-state").dataset["state"]).toBe("done");
    expect(screen.getByTestId("in-flight")).toHaveTextContent("0 in flight");
  });
});
