export const PAGES = ["now", "try", "days", "twin", "years", "clinic", "settings", "consent", "data"] as const;
export type PageName = (typeof PAGES)[number];

const route = $state<{ page: PageName }>({ page: pageOf(location.hash) });

/** The page that the address names. */
export function page(): PageName {
  return route.page;
}

/** Follows the address from now on. */
export function followAddress(): void {
  addEventListener("hashchange", () => {
    route.page = pageOf(location.hash);
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  });
}

export function pageOf(hash: string): PageName {
  const wanted = hash.replace(/^#\/?/, "").split("?")[0];
  return PAGES.find((one) => one === wanted) ?? "now";
}

export function go(to: PageName): void {
  location.hash = `#/${to}`;
}
