import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The server of a checkout listens here unless it is told otherwise; `npm run dev` asks it.
const SERVER = process.env.LATENTGRAPH_SERVER ?? "http://127.0.0.1:8188";

// Chunks bring their style sheets in any order, so that each says how the layers lie over each other.
const layers: Plugin = {
  name: "layer-order",
  enforce: "pre",
  transform(code, id) {
    const own = id.includes("/src/") && /\.css(\?|$)/.test(id);
    return own ? { code: `@layer reset, tokens, base, components, overrides;\n${code}`, map: null } : null;
  },
};

export default defineConfig({
  plugins: [react(), layers],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0, // the content security policy lets in files, not data addresses
    modulePreload: { polyfill: false },
  },
  server: {
    fs: { allow: [".", "../../tests/resources"] }, // tests read documents that the engine keeps for good
    proxy: { "/api": { target: SERVER, ws: true, changeOrigin: true } },
  },
  test: {
    setupFiles: ["vitest.setup.ts"],
    testTimeout: 30_000, // a limit on what hangs, not on what is slow beside other work
    projects: [
      {
        extends: true,
        // The document and its commands know no page and keep no state: no file needs a page or a process of its own.
        test: { name: "graph", include: ["src/graph/**/*.test.ts"], environment: "node", isolate: false },
      },
      {
        extends: true,
        test: {
          name: "page",
          include: ["src/**/*.test.{ts,tsx}"],
          exclude: ["src/graph/**"],
          environment: "happy-dom",
        },
      },
    ],
  },
});
