interface Toast {
  text: string;
  undo: (() => void) | null;
}

let timer: ReturnType<typeof setTimeout> | undefined;
export const toast = $state<{ shown: Toast | null }>({ shown: null });

/** Says that something was done, for long enough to take it back. */
export function say(text: string, undo: (() => void) | null = null): void {
  clearTimeout(timer);
  toast.shown = { text, undo };
  timer = setTimeout(hush, undo ? 12_000 : 5_000);
}

export function hush(): void {
  clearTimeout(timer);
  toast.shown = null;
}
