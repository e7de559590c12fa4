import { uiState } from "./ui_state";

export type Theme = "system" | "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];

class ThemeChoice {
  #theme: Theme = $state("system");

  get current(): Theme {
    return this.#theme;
  }

  /** The same under the name that settings use. */
  get choice(): Theme {
    return this.#theme;
  }

  /** Whether the interface is dark now. */
  get dark(): boolean {
    if (this.#theme !== "system") return this.#theme === "dark";
    return typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches;
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
      if (theme === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // No storage: the next launch starts in the system's scheme.
    }
  }
}

export const theme = new ThemeChoice();
