/** What this device keeps: entries not sent yet (IndexedDB) and the last answers (the service worker's cache). */

/** The stream of what was measured by finger-stick; the others are those of events. */
export const FINGERSTICK = "glucose";

export interface WaitingEntry {
  key: string;
  personId: string;
  stream: string;
  time: string;
  fields: Record<string, unknown>;
}

const DATABASE = "glucotwin";
const STORE = "waiting";
export const ANSWER_CACHE = "glucotwin-answers";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

export const keepWaiting = (entry: WaitingEntry): Promise<IDBValidKey> => within("readwrite", (s) => s.put(entry));
export const dropWaiting = (key: string): Promise<undefined> => within("readwrite", (s) => s.delete(key));
export const allWaiting = (): Promise<WaitingEntry[]> => within("readonly", (s) => s.getAll());

/** Wipes everything personal from this device. */
export async function forgetKept(): Promise<void> {
  await within("readwrite", (s) => s.clear());
  if ("caches" in globalThis) await caches.delete(ANSWER_CACHE);
}
