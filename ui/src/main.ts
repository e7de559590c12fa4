import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import { connect } from "./lib/backend";
import { navigation } from "./lib/navigation.svelte";
import { theme } from "./lib/theme.svelte";
import { uiState } from "./lib/ui_state";

const target = document.getElementById("app");
if (target) {
  await connect();
  await uiState.load();
  theme.restore();
  navigation.restore();
  // Loaded now, because its parts read the kept state when they are made.
  const { default: App } = await import("./App.svelte");
  mount(App, { target });
}
