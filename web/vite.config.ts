import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { offline } from "./script/offline.ts";

// The service that `npm run dev` talks to; the built pages are served by the service itself.
const service = process.env.GLUCOTWIN_SERVICE ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [svelte(), offline()],
  server: { proxy: { "/api": service } },
  build: {
    outDir: "../src/glucotwin/service/static",
    emptyOutDir: true,
    target: "es2023",
    // Pictures inside scripts would need a wider content security policy than the service sends.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { app: "index.html", worker: "src/worker.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
