import type { CallDetail, SpendFilter } from "./backend/types";
import { uiState } from "./ui_state";

export type Screen = "compose" | "routes" | "costs" | "calls" | "rehearse" | "gateway" | "settings";

/** Calls of a stretch of time, with a name for people. */
export interface CallsPlace {
  /** RFC 3339. */
  from: string;
  /** RFC 3339, exclusive. */
  to: string;
  only: SpendFilter;
  /** "model gpt-5.2, 24 Nov – 25 Nov". */
  name: string;
}

/** What a screen should show when it opens; a screen takes it with {@link Navigation.take}. */
export interface Place {
  /** Compose: open this prompt. */
  prompt?: string;
  /** Compose: open what this call asked. */
  request?: CallDetail;
  /** Calls: select this call. */
  call?: string;
  /** Calls: list only these. */
  calls?: CallsPlace;
  /** Routes: open this one. */
  route?: string;
  /** Settings: open this section. */
  section?: "budgets";
  /** Settings: open this provider. */
  provider?: string;
  /** Settings: start adding a provider, importing keys or looking for local models. */
  start?: "add" | "import" | "find_local";
}

const SCREENS: readonly string[] = [
  "compose",
  "routes",
  "costs",
  "calls",
  "rehearse",
  "gateway",
  "settings",
];

/** Which screen is open, and where on it. */
class Navigation {
  screen = $state<Screen>("compose");
  /** Set by {@link go}; screens watch it and clear it with {@link take}. */
  place = $state.raw<Place | null>(null);

  /** Opens a screen at a place. */
  go(screen: Screen, place: Place | null = null): void {
    this.screen = screen;
    this.place = place;
    uiState.keep("screen", screen);
  }

  /** Returns the place to show, once. */
  take(): Place | null {
    const place = this.place;
    this.place = null;
    return place;
  }

  /** Opens the screen of the last launch. */
  restore(): void {
    const kept = uiState.get("screen");
    if (typeof kept === "string" && SCREENS.includes(kept)) this.screen = kept as Screen;
  }
}

export const navigation = new Navigation();
