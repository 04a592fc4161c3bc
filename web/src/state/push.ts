/** Alarms on this device while no page is open, through its maker's push service, which cannot read them. */

export interface PushSettings {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** Whether this browser can be told alarms while no page is open; on iPhones only from the home screen. */
export function mayPush(): boolean {
  return "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
}

/** Asks for leave and subscribes; null when the person or the browser refuses. */
export async function subscribe(key: string): Promise<PushSettings | null> {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const registration = await navigator.serviceWorker.ready;
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  return endpoint && keys?.p256dh && keys.auth ? { endpoint, p256dh: keys.p256dh, auth: keys.auth } : null;
}

/** The address of this device's subscription; null without one. */
export async function ownEndpoint(): Promise<string | null> {
  if (!mayPush()) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription())?.endpoint ?? null;
}

/** Ends this device's subscription, so that nothing is told here any more. */
export async function unsubscribe(): Promise<void> {
  if (!mayPush()) return;
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
