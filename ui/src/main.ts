import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./lib/backend";

const target = document.getElementById("app");
if (target) {
  await connect();
  mount(App, { target });
}
