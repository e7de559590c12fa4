import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte({ compilerOptions: { css: "external" } }), svelteTesting()],
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  preview: { host: "127.0.0.1", port: 4173, strictPort: true },
  build: {
    target: ["es2022", "safari17.5", "chrome123"],
    cssTarget: ["safari17.5", "chrome123"],
    // The content security policy allows no inline script and no data: font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  test: {
    environment: "jsdom",
    // A busy machine is no failure.
    testTimeout: 30_000,
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test_setup.ts"],
  },
});
