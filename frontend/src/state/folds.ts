/** A family that shows as one row: its members at [at, at + count) are not shown. */
export interface Fold {
  id: string;
  at: number;
  count: number;
}

/** The index that a row shows. Folds are ascending and do not overlap. */
export function place(folds: readonly Fold[], row: number): number {
  let index = row;
  for (const f of folds) {
    if (f.at > index) break;
    index += f.count;
  }
  return index;
}

/** The row that shows an index: for a folded one, that of its family. */
export function rowOf(folds: readonly Fold[], index: number): number {
  let hidden = 0;
  for (const f of folds) {
    if (f.at > index) break;
    if (index < f.at + f.count) return f.at - 1 - hidden;
    hidden += f.count;
  }
  return index - hidden;
}

/** The folds with one more; the folds inside it become part of it. */
export function cut(folds: readonly Fold[], fold: Fold): Fold[] {
  const end = fold.at + fold.count;
  const outside = folds.filter((f) => f.at + f.count <= fold.at || f.at >= end);
  return [...outside, fold].sort((a, b) => a.at - b.at);
}

/** The folds without one. */
export const without = (folds: readonly Fold[], id: string): Fold[] => folds.filter((f) => f.id !== id);
