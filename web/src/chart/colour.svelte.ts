import { settings } from "../state/settings.svelte.ts";
import type { Colour } from "./model.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");
let systemIsDark = $state(dark.matches);
dark.addEventListener("change", (event) => {
  systemIsDark = event.matches;
});

/** Looks up the page's colours as a canvas needs them; a new function whenever the theme changes. */
export function colours(): (name: Colour) => string {
  void settings.theme;
  void systemIsDark;
  const found = new Map<Colour, string>();
  return (name) => {
    let value = found.get(name);
    if (!value) {
      value = resolved(name);
      found.set(name, value);
    }
    return value;
  };
}

/** A custom property may hold `light-dark(…)`; only a real colour property says which of the two holds. */
function resolved(name: Colour): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
