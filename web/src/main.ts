import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { followAddress } from "./state/route.svelte.ts";
import { start } from "./state/session.svelte.ts";
import { apply } from "./state/settings.svelte.ts";

const root = document.querySelector("#app");
if (root) {
  await Promise.all([apply(), start()]);
  followAddress();
  mount(App, { target: root });
}
// Browsers may forbid it (private windows): everything but the use without a network works all the same.
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  await navigator.serviceWorker.register("./worker.js").catch(() => undefined);
}
