/** A key with its modifiers, as actions write it: "Mod+Shift+F", "Alt+ArrowLeft", "?". */
export type Shortcut = string;

/** Whether this machine's main modifier is Command. */
export const isMac = typeof navigator !== "undefined" && /Mac|iP(hone|ad)/.test(navigator.platform);

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Whether an event is the shortcut. Shift matters only for letters and named keys: "?" needs it on most keyboards. */
export function matches(event: Keys, shortcut: Shortcut, mac = isMac): boolean {
  const parts = shortcut.split("+");
  const key = parts.pop() || "+";
  const wants = new Set(parts);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (mod !== wants.has("Mod") || other || event.altKey !== wants.has("Alt")) return false;
  const sign = key.length === 1 && !/[a-z]/i.test(key);
  if (!sign && event.shiftKey !== wants.has("Shift")) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Whether a shortcut would take a character away from somebody who is typing. */
export const isBare = (shortcut: Shortcut): boolean => !/Mod\+|Alt\+/.test(shortcut) && !/^(Shift\+)?F\d+$|^Escape$/.test(shortcut);

const names: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", " ": "Space" };

/** The keys of a shortcut as they are printed on the keyboard. */
export function keysOf(shortcut: Shortcut, mac = isMac): string[] {
  const parts = shortcut.split("+");
  const key = parts.pop() || "+";
  const modifiers = parts.map((p) => (p === "Mod" ? (mac ? "⌘" : "Ctrl") : p === "Alt" ? (mac ? "⌥" : "Alt") : p === "Shift" ? (mac ? "⇧" : "Shift") : p));
  return [...modifiers, names[key] ?? (key.length === 1 ? key.toUpperCase() : key)];
}
