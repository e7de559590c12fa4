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
    }
  }
}

function stored(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : "system";
  } catch {
    return "system";
  }
}

export const theme = new ThemeChoice();
