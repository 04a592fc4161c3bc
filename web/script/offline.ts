import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Tells the service worker which files make up the application, so that it can keep them. */
export function offline(): Plugin {
  return {
    name: "glucotwin-offline",
    apply: "build",
    generateBundle(_options, bundle) {
      const worker = bundle["worker.js"];
      if (worker?.type !== "chunk") return;
      const files = Object.keys(bundle).filter((name) => name !== "worker.js");
      const shell = ["./", ...files.filter((name) => name !== "index.html"), "manifest.webmanifest", "icon.svg"].sort();
      const version = createHash("sha256").update(shell.join("\n")).digest("hex").slice(0, 12);
      const values = { __SHELL__: shell, __SHELL_VERSION__: version };
      for (const [name, value] of Object.entries(values)) {
        if (!worker.code.includes(name)) this.error(`the service worker does not use ${name}`);
        worker.code = worker.code.replaceAll(name, JSON.stringify(value));
      }
    },
  };
}
