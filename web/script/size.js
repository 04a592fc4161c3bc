import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Fails when the first load of the dashboard is larger than it may be: everything that the first page needs, gzipped. */
const MOST_KB = 150;
const folder = join(import.meta.dirname, "../../src/glucotwin/service/static");
const page = readFileSync(join(folder, "index.html"), "utf-8");

const seen = new Map();
const add = (name) => {
  if (seen.has(name)) return;
  const content = readFileSync(join(folder, name));
  seen.set(name, gzipSync(content).length);
  if (!name.endsWith(".js")) return;
  // What a script imports at its start is loaded with it; a catalogue comes right after.
  for (const [, found] of content.toString().matchAll(/from\s*"\.\/([^"]+\.js)"|import"\.\/([^"]+\.js)"/g)) {
    if (found) add(join("assets", found));
  }
  for (const [, found] of content.toString().matchAll(/import\(`?"?\.\/(en-[^"`)]+\.js)/g)) add(join("assets", found));
};

seen.set("index.html", gzipSync(page).length);
for (const [, name] of page.matchAll(/(?:src|href)="\.?\/((?:assets\/)[^"]+)"/g)) add(name);
const total = [...seen.values()].reduce((sum, size) => sum + size, 0) / 1000;
process.stdout.write(`first load: ${total.toFixed(1)} kB gzipped in ${seen.size} files (at most ${MOST_KB})\n`);
if (seen.size < 4 || total > MOST_KB) process.exitCode = 1;
