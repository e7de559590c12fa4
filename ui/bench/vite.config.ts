import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The benchmark pages; they are no part of the product's build. */
export default defineConfig({
  root: here,
  base: "./",
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true, css: "external" } })],
  build: {
    outDir: fileURLToPath(new URL("../node_modules/.bench", import.meta.url)),
    emptyOutDir: true,
    target: ["es2022", "safari17.5", "chrome123"],
    rollupOptions: { input: fileURLToPath(new URL("./stream.html", import.meta.url)) },
  },
});
