import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Lays the data that pdf.js fetches at run time beside the program. */
function pdfData(): Plugin {
  let outDir = "";
  return {
    name: "pdf-data",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle() {
      for (const folder of ["cmaps", "standard_fonts", "wasm", "iccs"]) {
        cpSync(here(`node_modules/pdfjs-dist/${folder}`), here(`${outDir}/pdfjs/${folder}`), { recursive: true });
      }
    },
  };
}

// MARKAI_FAKE=1 builds the window on its fake client, for screenshots and
// tests that need no server; the ordinary build does not contain it.
const fake = process.env.MARKAI_FAKE === "1";

// make dev: the window from its sources, the data from a running server whose
// printed address, token included, is in MARKAI_URL.
const data = process.env.MARKAI_URL ? new URL(process.env.MARKAI_URL) : undefined;
const proxy = data && {
  target: data.origin,
  changeOrigin: true,
  headers: { Authorization: `Bearer ${data.searchParams.get("token")}`, Origin: data.origin },
};

export default defineConfig({
  base: "./",
  plugins: [svelte(), pdfData()],
  define: { __FAKE__: JSON.stringify(fake) },
  build: {
    target: "es2022",
    outDir: fake ? "dist-fake" : "dist",
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: proxy && { "/api": proxy },
  },
});
