<<<<<<< HEAD
import { uiState } from "./ui_state";

export type Theme = "system" | "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];

class ThemeChoice {
  #theme: Theme = $state("system");

  get current(): Theme {
    return this.#theme;
  }

  /** Takes over the theme of the last launch. */
  restore(): void {
    const kept = uiState.get("theme");
    if (THEMES.includes(kept as Theme)) this.#show(kept as Theme);
  }

  choose(theme: Theme): void {
    this.#show(theme);
    uiState.keep("theme", theme);
  }

  #show(theme: Theme): void {
    this.#theme = theme;
    const { dataset } = document.documentElement;
    if (theme === "system") delete dataset["theme"];
    else dataset["theme"] = theme;
    try {
      // For boot.js: known before the first frame of the next launch.
      localStorage.setItem("theme", theme);
    } catch {
      // No storage: the next launch starts in the system's scheme.
=======
/** The colour scheme the user chose. `public/boot.js` reads the same key before the first frame. */
const KEY = "theme";

export type Theme = "system" | "light" | "dark";

class ThemeChoice {
  #choice = $state<Theme>(stored());

  get choice(): Theme {
    return this.#choice;
  }

  /** Changes the scheme at once and for the next launch. */
  choose(theme: Theme): void {
    this.#choice = theme;
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // No storage: the choice holds until the window closes.
>>>>>>> stream
    }
  }
}

<<<<<<< HEAD
=======
function stored(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : "system";
  } catch {
    return "system";
  }
}

>>>>>>> stream
export const theme = new ThemeChoice();
