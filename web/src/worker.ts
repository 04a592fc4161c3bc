/** The service worker: the application works without a network, with the last answers that it had. */

const worker = self as unknown as ServiceWorkerGlobalScope;

// Both are filled in by the build (script/offline.ts).
declare const __SHELL__: string[];
declare const __SHELL_VERSION__: string;
const SHELL_CACHE = `glucotwin-shell-${__SHELL_VERSION__}`;
const ANSWER_CACHE = "glucotwin-answers";
/** Only what is looked at again, and never a download or the stream of live events. */
const KEPT = /^\/api\/v1\/(about|session|people|people\/[^/]+\/(now|days|twin|offline-twin|consents|readings|events))$/;

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL_CACHE)
      .then((cache) => cache.addAll(__SHELL__))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldShells().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/api/")) {
    if (KEPT.test(address.pathname)) event.respondWith(freshOrKept(request));
  } else if (request.mode === "navigate") event.respondWith(shellPage(request));
  else event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

/** What the service pushes of an alarm (workflows/channel/push.py). */
interface PushedAlarm {
  kind: string;
  title: string;
  body: string;
  urgent: boolean;
  silent: boolean;
}

worker.addEventListener("push", (event) => {
  const alarm = event.data?.json() as PushedAlarm | undefined;
  if (!alarm) return;
  const { kind, title, body, urgent, silent } = alarm;
  // The same alarm again takes the place of the one before; an urgent one stays until it is seen.
  const options = { body, tag: kind, requireInteraction: urgent, silent, icon: "icon-192.png", badge: "icon-192.png" };
  event.waitUntil(worker.registration.showNotification(title, options));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPages());
});

async function openPages(): Promise<void> {
  const [open] = await worker.clients.matchAll({ type: "window" });
  if (open) await open.focus();
  else await worker.clients.openWindow("./#/now");
}

async function forgetOldShells(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("glucotwin-shell-") && name !== SHELL_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function freshOrKept(request: Request): Promise<Response> {
  const cache = await caches.open(ANSWER_CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    else if (answer.status === 401) await caches.delete(ANSWER_CACHE);
    return answer;
  } catch (reason) {
    const kept = await cache.match(request);
    if (kept) return marked(kept);
    throw reason;
  }
}

/** A kept answer says that it is one, so that the page can say so too. */
function marked(kept: Response): Response {
  const headers = new Headers(kept.headers);
  headers.set("X-Kept", "1");
  return new Response(kept.body, { status: kept.status, headers });
}

/** New pages when there is a network, the kept ones otherwise. */
async function shellPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match("./")) ?? Response.error();
  }
}
