import { get, linkTo, post, remove } from "../api/client.ts";
import type { Identity } from "../api/types.ts";
import { hasMessage, t } from "../text/message.svelte.ts";

/** Sign-in through a provider: the browser leaves these pages, and the address tells what came of it. */
export const PROVIDER_ADDRESS = linkTo("/session/provider");

export const PROVIDER_END_ADDRESS = linkTo("/session/provider/end");
const WENT_KEY = "glucotwin-provider";

/** Whether somebody of this browser last signed in there, so that the provider may still know them. */
export const wentThere = (): boolean => localStorage.getItem(WENT_KEY) !== null;

export function noteGoing(isThere: boolean): void {
  if (isThere) localStorage.setItem(WENT_KEY, "yes");
  else localStorage.removeItem(WENT_KEY);
}

const [place = "", told = ""] = location.hash.split("?");
let returned = new URLSearchParams(told).get("problem");
// Told once: a page that is loaded again, or a bookmark, does not tell it again.
if (returned) history.replaceState(null, "", place);

/** The code of what went wrong at the provider before these pages were loaded; null the next time. */
export function takeProblem(): string | null {
  const found = returned;
  returned = null;
  return found;
}

/** What went wrong, for people. */
export function providerProblem(code: string, name: string): string {
  if (hasMessage(`provider-problem-${code}`)) return t(`provider-problem-${code}`, { name });
  return code === "too-many-requests" ? t("problem-too-many-requests") : t("provider-problem-other", { name });
}

export const readIdentity = (): Promise<Identity> => get<Identity>("/session/provider/identity");
export const unlinkIdentity = (): Promise<void> => remove<void>("/session/provider/identity");

/** Leaves for the provider, to come back with the account linked. */
export async function linkIdentity(): Promise<void> {
  location.assign((await post<{ address: string }>("/session/provider/link")).address);
}
