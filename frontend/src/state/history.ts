/** Where one has been, like a browser's history. Immutable. */
export interface History<T> {
  readonly entries: readonly T[];
  readonly at: number;
}

/** How many places are remembered. */
const limit = 200;

export const began = <T>(first: T): History<T> => ({ entries: [first], at: 0 });
export const here = <T>(h: History<T>): T => h.entries[h.at]!;
export const canBack = (h: History<unknown>): boolean => h.at > 0;
export const canForward = (h: History<unknown>): boolean => h.at < h.entries.length - 1;

/** Goes somewhere new: what lay ahead is forgotten. Going where one is changes nothing. */
export function went<T>(h: History<T>, to: T, same: (a: T, b: T) => boolean = Object.is): History<T> {
  if (same(here(h), to)) return replaced(h, to);
  const entries = [...h.entries.slice(0, h.at + 1), to].slice(-limit);
  return { entries, at: entries.length - 1 };
}

/** Changes the place one is at, for instance after scrolling. */
export function replaced<T>(h: History<T>, to: T): History<T> {
  return { entries: h.entries.map((e, i) => (i === h.at ? to : e)), at: h.at };
}

export function back<T>(h: History<T>): History<T> {
  return canBack(h) ? { ...h, at: h.at - 1 } : h;
}

export function forward<T>(h: History<T>): History<T> {
  return canForward(h) ? { ...h, at: h.at + 1 } : h;
}

/** Forgets the places that no longer exist; fallback takes over when none is left. */
export function without<T>(h: History<T>, gone: (place: T) => boolean, fallback: T): History<T> {
  const before = h.entries.slice(0, h.at + 1).filter((e) => !gone(e));
  const after = h.entries.slice(h.at + 1).filter((e) => !gone(e));
  if (before.length === 0) before.push(fallback);
  return { entries: [...before, ...after], at: before.length - 1 };
}
