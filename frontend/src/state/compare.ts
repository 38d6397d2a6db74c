import type { CompareRun } from "../api/types.gen";
import type { Stop } from "./nav.svelte";

/** A stretch of one side of a comparison. */
export interface Stretch {
  text: string;
  /** The number of the change that it belongs to, from 0; -1 where both sides say it. */
  change: number;
}

/** A paragraph of a comparison, both sides next to each other. */
export interface Pair {
  left: Stretch[];
  right: Stretch[];
  /** The pages it stands on. */
  leftPage: number;
  rightPage: number;
  /** The changes in it, in order. */
  changes: number[];
  /** Words of it, of the longer side. */
  words: number;
  /** Its middle is left out, because both sides say the same. */
  cut: boolean;
}

/** The pieces of a change: what only the left has, what only the right has. */
export interface Change {
  deleted?: CompareRun;
  inserted?: CompareRun;
}

/** Counts the changes of a comparison. What was taken out and what was put in its place are one. */
export function changesOf(runs: readonly CompareRun[]): Change[] {
  const out: Change[] = [];
  let open = false;
  for (const run of runs) {
    if (run.change === "equal") {
      open = false;
      continue;
    }
    const side = run.change === "deleted" ? "deleted" : "inserted";
    const last = out[out.length - 1];
    if (open && last && !last[side]) last[side] = run;
    else out.push({ [side]: run });
    open = true;
  }
  return out;
}

const empty = (run: CompareRun): Pair => ({ left: [], right: [], leftPage: run.oldPage, rightPage: run.newPage, changes: [], words: 0, cut: false });

/** Adds text to a side, lines put together. White space behind a change is no part of it. */
function add(side: Stretch[], text: string, change: number): void {
  const folded = text.replace(/[ \t]*\n\s*/g, " ");
  const said = change < 0 ? folded : folded.trimEnd();
  for (const part of [{ text: said, change }, { text: folded.slice(said.length), change: -1 }]) {
    const last = side[side.length - 1];
    if (part.text === "") continue;
    if (last?.change === part.change) last.text += part.text;
    else side.push(part);
  }
}

/** Characters after which a pair ends where both sides say the same. */
const longest = 1200;

const lengthOf = (pair: Pair): number => Math.max(...[pair.left, pair.right].map((side) => side.reduce((n, s) => n + s.text.length, 0)));

/** Sets the runs of a comparison as pairs of paragraphs. */
export function pairsOf(runs: readonly CompareRun[]): Pair[] {
  const out: Pair[] = [];
  let pair: Pair | undefined;
  let change = -1;
  let open = false;
  let has = { deleted: false, inserted: false };
  const close = () => {
    if (pair && (pair.left.length > 0 || pair.right.length > 0)) {
      const words = (side: Stretch[]) => side.reduce((n, s) => n + s.text.split(/\s+/).filter(Boolean).length, 0);
      pair.words = Math.max(words(pair.left), words(pair.right));
      out.push(pair);
    }
    pair = undefined;
  };
  for (const run of runs) {
    if (run.change === "equal") {
      open = false;
      for (const [i, text] of run.text.split(/\n\s*\n/).entries()) {
        if (i > 0) close();
        pair ??= empty(run);
        pair.cut ||= run.cut;
        add(pair.left, text, -1);
        add(pair.right, text, -1);
      }
      // Two documents with little in common have no paragraphs in common either.
      if (pair && lengthOf(pair) > longest) close();
      continue;
    }
    const side = run.change === "deleted" ? "deleted" : "inserted";
    if (!open || has[side]) {
      change++;
      has = { deleted: false, inserted: false };
    }
    has[side] = open = true;
    pair ??= empty(run);
    add(side === "deleted" ? pair.left : pair.right, run.text, change);
    if (!pair.changes.includes(change)) pair.changes.push(change);
  }
  close();
  return out;
}

/** What is shown of a comparison: pairs, or how many words between two of them are the same. */
export type Shown = { pair: Pair } | { same: number };

/** The pairs, those without a change drawn together where only changes are wanted. */
export function shownOf(pairs: readonly Pair[], onlyChanges: boolean): Shown[] {
  if (!onlyChanges) return pairs.map((pair) => ({ pair }));
  const out: Shown[] = [];
  for (const pair of pairs) {
    const last = out[out.length - 1];
    if (pair.changes.length > 0) out.push({ pair });
    else if (last && "same" in last) last.same += pair.words;
    else out.push({ same: pair.words });
  }
  return out;
}

/** The places of one side of the changes, to walk along in the reader. */
export function stopsOfChanges(changes: readonly Change[], side: "deleted" | "inserted", document: { id: string; name: string }): Stop[] {
  return changes.flatMap((c, i) => {
    const run = c[side];
    if (!run) return [];
    const spans = (side === "deleted" ? run.oldSpans : run.newSpans) ?? [];
    return [{ key: `d${i}`, document: document.id, name: document.name, page: spans[0]?.page ?? (side === "deleted" ? run.oldPage : run.newPage), quote: run.text, spans }];
  });
}
