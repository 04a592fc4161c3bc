import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

/** Languages with a complete catalogue under `messages/`. */
export const LOCALES = ["en", "de"] as const;
export type Locale = (typeof LOCALES)[number];

const catalogues: Record<Locale, () => Promise<{ default: string }>> = {
  en: () => import("../../messages/en.ftl?raw"),
  de: () => import("../../messages/de.ftl?raw"),
};

let bundle = $state.raw<FluentBundle | null>(null);
let chosen = $state<Locale>("en");

/** The language that is shown. */
export function locale(): Locale {
  return chosen;
}

/** Loads a language and shows it. */
export async function showLocale(wanted: Locale): Promise<void> {
  bundle = bundleOf(wanted, (await catalogues[wanted]()).default);
  chosen = wanted;
  document.documentElement.lang = wanted;
}

/** A catalogue ready for formatting; isolation marks are off as in the rest of GlucoTwin. */
export function bundleOf(wanted: string, source: string): FluentBundle {
  const made = new FluentBundle(wanted, { useIsolating: false });
  const errors = made.addResource(new FluentResource(source));
  if (errors[0]) throw errors[0];
  return made;
}

/** The text of a message; the tests make sure that it exists in every language. */
export function t(identifier: string, values: Record<string, FluentVariable> = {}): string {
  const pattern = bundle?.getMessage(identifier)?.value;
  return bundle && pattern ? bundle.formatPattern(pattern, values, []) : identifier;
}

/** Whether a message exists: for identifiers that are made from codes of the service. */
export function hasMessage(identifier: string): boolean {
  return bundle?.hasMessage(identifier) ?? false;
}

/** The best language for a reader who has not chosen one. */
export function preferredLocale(languages: readonly string[] = navigator.languages): Locale {
  const known = languages.map((tag) => tag.slice(0, 2)).find((tag) => LOCALES.some((one) => one === tag));
  return (known as Locale | undefined) ?? "en";
}
