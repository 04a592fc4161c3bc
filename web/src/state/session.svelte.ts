import { get, keepCsrf, post, remove, whenReached, whenSignedOut } from "../api/client.ts";
import type { About, HiddenPerson, Person, Session } from "../api/types.ts";
import { CLOCK_KEY } from "./clock.ts";
import { forgetKept } from "./kept.ts";

interface Known {
  about: About | null;
  session: Session | null;
  people: Person[];
  personId: string | null;
  isReady: boolean;
  isOffline: boolean;
}

const PERSON_KEY = "glucotwin-person";

export const known = $state<Known>({
  about: null,
  session: null,
  people: [],
  personId: localStorage.getItem(PERSON_KEY),
  isReady: false,
  isOffline: false,
});

/** The person whose twin is shown. */
export function person(): Person | null {
  return known.people.find((one) => one.person_id === known.personId) ?? known.people[0] ?? null;
}

/** Whether the asker may see answers about insulin: professionals in the research profile. */
export function mayAskAboutInsulin(): boolean {
  const role = person()?.role;
  return known.about?.profile === "research" && (role === "clinician" || role === "researcher");
}

/** Whether the asker looks after others. */
export function isProfessional(): boolean {
  return known.people.some((one) => one.role === "clinician" || one.role === "researcher");
}

/** Finds out who is signed in; works from the last state when offline. */
export async function start(): Promise<void> {
  whenSignedOut(() => {
    known.session = null;
  });
  whenReached((isReached) => {
    known.isOffline = !isReached;
  });
  try {
    known.about = await get<About>("/about");
    await take(await get<Session>("/session"));
  } catch {
    // Not signed in, or not reached: either shows.
  } finally {
    known.isReady = true;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  await take(await post<Session>("/session", { login, password }));
}

/** As whom the demonstration can be entered. */
export const DEMO_ROLES = ["person", "clinician"] as const;

export async function signInToDemo(role: (typeof DEMO_ROLES)[number]): Promise<void> {
  await take(await post<Session>("/session/demo", { role }));
}

export async function register(login: string, password: string, name: string, locale: string): Promise<void> {
  await take(await post<Session>("/accounts", { login, password, display_name: name, locale }));
}

/** Ends the session and wipes what this device had kept for use without a network. */
export async function signOut(): Promise<void> {
  await remove("/session").catch(() => undefined);
  known.session = null;
  known.people = [];
  localStorage.removeItem(PERSON_KEY);
  localStorage.removeItem(CLOCK_KEY);
  await forgetKept();
}

export async function refreshPeople(): Promise<void> {
  const { items } = await get<{ items: (Person | HiddenPerson)[] }>("/people");
  known.people = items.filter((one) => one.visible);
}

export function choosePerson(personId: string): void {
  known.personId = personId;
  localStorage.setItem(PERSON_KEY, personId);
}

async function take(session: Session): Promise<void> {
  keepCsrf(session.csrf_token);
  await refreshPeople();
  known.session = session;
}
