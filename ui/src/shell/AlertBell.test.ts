import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it } from "vitest";
import { useBackend, type Alert } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { budgets } from "../lib/budgets.svelte";
import { live } from "../lib/live";
import { navigation } from "../lib/navigation.svelte";
import { toasts } from "../lib/toasts.svelte";
import AlertBell from "./AlertBell.svelte";

const ALERT: Alert = {
  id: 7,
  at_ms: Date.UTC(2026, 10, 25, 12),
  level: "alarm",
  title: "Gateway key ci seems to run away",
  text: "40 nearly identical calls within a minute.",
  caller: "key:ci",
  dismissed: false,
  muted: false,
};

let backend: MockBackend;
let stops: (() => void)[];
beforeEach(async () => {
  backend = new MockBackend();
  useBackend(backend);
  stops = [live.connect(), budgets.follow()];
  await budgets.refresh();
});
afterEach(() => stops.forEach((stop) => stop()));

function raise(alert: Alert): void {
  backend.budgets.alerts = [alert, ...backend.budgets.alerts];
  backend.push({ kind: "alert_raised", alert });
  backend.flush();
}

it("counts what was not seen, and stops the caller with one click", async () => {
  render(AlertBell);
  raise(ALERT);
  const bell = await screen.findByRole("button", { name: "Alerts: 1 not seen" });
  expect(toasts.shown.at(-1)?.text).toContain("seems to run away");
  await fireEvent.click(bell);
  expect(screen.getByTestId("alert")).toHaveTextContent("40 nearly identical calls");
  await fireEvent.click(screen.getByTestId("alert-stop"));
  await waitFor(() => expect(backend.budgets.stopped[0]?.caller).toBe("key:ci"));
  expect(backend.budgets.stopped[0]?.reason).toBe(ALERT.title);
  await waitFor(() => expect(screen.queryByTestId("alert-stop")).not.toBeInTheDocument());
});

it("dismisses alerts and leads to the budgets", async () => {
  render(AlertBell);
  raise(ALERT);
  raise({ ...ALERT, id: 8, level: "info", title: "$10.00 spent today" });
  await fireEvent.click(await screen.findByRole("button", { name: "Alerts: 2 not seen" }));
  await fireEvent.click(screen.getByTestId("alerts-dismiss-all"));
  await screen.findByText("No alerts about spending");
  await fireEvent.click(screen.getByRole("button", { name: "Budgets & alerts" }));
  expect(navigation.screen).toBe("settings");
  expect(navigation.take()).toEqual({ section: "budgets" });
});

it("keeps a muted alert quiet", async () => {
  render(AlertBell);
  const before = toasts.shown.length;
  raise({ ...ALERT, id: 9, muted: true });
  await screen.findByRole("button", { name: "Alerts: 1 not seen" });
  expect(toasts.shown.length).toBe(before);
});
