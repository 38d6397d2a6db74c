import type { Box, Page } from "../api/types.gen";
import { wordsUnder, type Range } from "./anchors";

/** Something that lies over a stretch of text. */
export interface Layer extends Range {
  key: string;
  kind: "citation" | "found" | "inserted" | "deleted" | "comment" | "hidden" | "heading";
  current?: boolean;
  note?: string;
}

/** A stretch of text under the same layers. */
export interface Piece {
  text: string;
  layers: Layer[];
}

/** The text from start to end, cut wherever a layer begins or ends. */
export function pieces(text: string, { start, end }: Range, layers: readonly Layer[]): Piece[] {
  const over = layers.filter((l) => l.start < end && l.end > start);
  const cuts = new Set([start, end]);
  for (const l of over) {
    cuts.add(Math.max(start, l.start));
    cuts.add(Math.min(end, l.end));
  }
  const at = [...cuts].sort((a, b) => a - b);
  return at.slice(0, -1).map((from, i) => ({ text: text.slice(from, at[i + 1]), layers: over.filter((l) => l.start <= from && l.end >= at[i + 1]!) }));
}

/** The stretches of text that lie under boxes. */
export function rangesUnder(page: Pick<Page, "words" | "text">, boxes: Box[]): Range[] {
  const out: Range[] = [];
  let last = -2;
  const words = new Set(wordsUnder(page, boxes));
  page.words.forEach((w, i) => {
    if (!words.has(w)) return;
    if (i === last + 1) out[out.length - 1]!.end = w.e;
    else out.push({ start: w.s, end: w.e });
    last = i;
  });
  return out;
}

/** A line at the head of a message: what it says is the range after its name. */
export interface HeadLine extends Range {
  name: string;
}

/** A block of a page's text. */
export interface Block extends Range {
  kind: "text" | "table" | "quoted";
}

/** The cells of a table's rows, as ranges: lines, cut at their tabs. */
export function cellsOf(text: string, block: Range): Range[][] {
  const rows: Range[][] = [];
  let at = block.start;
  for (const line of text.slice(block.start, block.end).split("\n")) {
    const row: Range[] = [];
    for (const cell of line.split("\t")) {
      row.push({ start: at, end: at + cell.length });
      at += cell.length + 1;
    }
    if (line.trim() !== "") rows.push(row);
  }
  return rows;
}

/** A page's text as it is set: the head of a message first, then blocks. */
export interface Flow {
  head: HeadLine[];
  blocks: Block[];
}

const headLine = /(From|To|Cc|CC|Bcc|Date|Sent|Subject|Attachments?|Attached|Reply-To|Importance): ([^\n]*)\n?/y;

/** The head of a message at the beginning of its text, and where it ends. */
function headOf(text: string): { head: HeadLine[]; end: number } {
  const head: HeadLine[] = [];
  let at = 0;
  for (;;) {
    headLine.lastIndex = at;
    const m = headLine.exec(text);
    if (!m) break;
    const start = at + m[1]!.length + 2;
    head.push({ name: m[1]!, start, end: start + m[2]!.length });
    at += m[0].length;
  }
  // One such line may well be a sentence; a head has several.
  return head.length >= 2 ? { head, end: at } : { head: [], end: 0 };
}

/** A range cut where an earlier message begins or ends inside it. */
function split(range: Range, quoted: readonly Range[]): Range[] {
  const cuts = quoted.flatMap((q) => [q.start, q.end]).filter((c) => c > range.start && c < range.end);
  const at = [range.start, ...[...new Set(cuts)].sort((a, b) => a - b), range.end];
  return at.slice(0, -1).map((start, i) => ({ start, end: at[i + 1]! }));
}

/** Cuts a page's text into what is set apart: paragraphs, tables, earlier messages. */
export function flowOf(text: string, { mail = false, quoted = [] }: { mail?: boolean; quoted?: readonly Range[] } = {}): Flow {
  const { head, end } = mail ? headOf(text) : { head: [], end: 0 };
  const blocks: Block[] = [];
  const put = (block: Block) => {
    const last = blocks[blocks.length - 1];
    if (last && last.kind === "quoted" && block.kind === "quoted") last.end = block.end;
    else blocks.push(block);
  };
  const paragraph = /[^\n](?:[^\n]|\n(?!\s*\n))*/g;
  paragraph.lastIndex = end;
  for (let m = paragraph.exec(text); m; m = paragraph.exec(text)) {
    for (const range of split({ start: m.index, end: m.index + m[0].length }, quoted)) {
      const part = text.slice(range.start, range.end);
      if (part.trim() === "") continue;
      const earlier = quoted.some((q) => q.start <= range.start + 2 && q.end > range.start) || (mail && part.split("\n").every((l) => /^\s*>/.test(l)));
      put({ ...range, kind: earlier ? "quoted" : /\S\t\S/.test(part) ? "table" : "text" });
    }
  }
  return { head, blocks };
}
