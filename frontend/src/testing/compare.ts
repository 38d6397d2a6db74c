import type { Comparison, CompareRun, Document } from "../api/types.gen";
import { boxesOf } from "../state/anchors";
import type { LaidPage } from "./typeset";

interface Token {
  text: string;
  page: number;
  /** Of the page, from start to end with the white space after it. */
  start: number;
  end: number;
}

function tokensOf(pages: LaidPage[]): Token[] {
  return pages.flatMap(({ page }, n) =>
    [...page.text.matchAll(/\S+\s*/g)].map((m) => ({ text: m[0] + (m.index + m[0].length === page.text.length && n + 1 < pages.length ? "\n" : ""), page: page.number, start: m.index, end: m.index + m[0].trimEnd().length })),
  );
}

/** Compares two short documents word by word, by their longest common words. */
export function comparisonOf(old: Document, later: Document, before: LaidPage[], after: LaidPage[]): Comparison {
  const a = tokensOf(before);
  const b = tokensOf(after);
  const same = (i: number, j: number) => a[i]!.text.trim() === b[j]!.text.trim();
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) longest[i]![j] = same(i, j) ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
  }
  const runs: CompareRun[] = [];
  const put = (change: CompareRun["change"], token: Token, i: number, j: number) => {
    let run = runs[runs.length - 1];
    if (run?.change !== change) runs.push((run = { change, text: "", cut: false, oldPage: a[Math.min(i, a.length - 1)]?.page ?? 1, newPage: b[Math.min(j, b.length - 1)]?.page ?? 1, oldSpans: [], newSpans: [] }));
    run.text += token.text;
    const [spans, pages] = change === "deleted" ? [run.oldSpans, before] : [run.newSpans, after];
    if (change === "equal") return;
    const boxes = boxesOf(pages[token.page - 1]!.page, token);
    const last = spans[spans.length - 1];
    if (last?.page === token.page) last.boxes.push(...boxes);
    else spans.push({ page: token.page, boxes });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(i, j)) put("equal", b[j]!, i++, j++);
    else if (i < a.length && (j === b.length || longest[i + 1]![j]! >= longest[i]![j + 1]!)) put("deleted", a[i]!, i++, j);
    else put("inserted", b[j]!, i, j++);
  }
  return { old, new: later, same: (2 * longest[0]![0]!) / Math.max(1, a.length + b.length), runs, cut: false };
}
