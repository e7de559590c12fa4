import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const tauri = {
  group: ["@tauri-apps/*"],
  message: "Only lib/backend/tauri.ts talks to Tauri; use the Backend interface.",
};
const domains = {
  regex: "(^|/)(compose|calls|gateway|providers|rehearse|shell|views)/",
  message: "shared/ and lib/ import no domain folder.",
};

/** What the files of a domain folder may not import: the other domains. */
const others = (domain) => ({
  regex: `(^|/)\\.\\./(?!${domain}/)(compose|calls|gateway|providers|rehearse|shell|views)/`,
  message: "A domain folder imports shared/, lib/ and itself; views/ compose.",
});
const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/lib/backend/types.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      eqeqeq: ["error", "always"],
      "no-console": "error",
      "no-undef": "off",
      "svelte/no-at-html-tags": "error",
      "svelte/prefer-svelte-reactivity": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  { files: ["src/**"], rules: restrict(tauri) },
  { files: ["src/shared/**", "src/lib/**"], rules: restrict(tauri, domains) },
  ...["compose", "calls", "gateway", "providers", "rehearse"].map((domain) => ({
    files: [`src/${domain}/**`],
    rules: restrict(tauri, others(domain)),
  })),
  { files: ["src/lib/backend/tauri.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["*.js", "*.ts", "public/*.js"], languageOptions: { globals: globals.node } },
);
