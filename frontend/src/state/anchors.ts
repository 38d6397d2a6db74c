import type { Box, Page, PageSpan, Word } from "../api/types.gen";

/** A place in a page's text, in UTF-16 code units. */
export interface Range {
  start: number;
  end: number;
}

/**
 * The places where needle stands in the page, ignoring case, line breaks and
 * runs of white space, typographic quotes and hyphens. Never overlapping.
 */
export function findInPage(page: Pick<Page, "text">, needle: string): Range[] {
  const wanted = fold(needle.trim()).text;
  if (wanted === "") return [];
  const found: Range[] = [];
  // Where a line's end divides words, they are looked for whole too, with and without a hyphen of their own.
  for (const ends of divided.test(page.text) ? (["keep", "join", "hyphen"] as const) : (["keep"] as const)) {
    const { text, at } = fold(page.text, ends);
    for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
      const range = { start: at[i]!, end: at[i + wanted.length - 1]! + 1 };
      if (!found.some((f) => f.start < range.end && range.start < f.end)) found.push(range);
    }
  }
  return found.sort((x, y) => x.start - y.start);
}

/** A word that goes on in the next line. */
const divided = /\p{L}[-‐\u00ad][ \t\r]*\n[ \t]*\p{Ll}/u;
const lineEnd = /[-‐\u00ad][ \t\r]*\n[ \t]*(?=\p{Ll})/uy;

/** Folds text for comparing; at[i] is where the folded character i came from. */
function fold(source: string, ends: "keep" | "join" | "hyphen" = "keep"): { text: string; at: number[] } {
  let text = "";
  const at: number[] = [];
  let blank = false;
  for (let i = 0; i < source.length; i++) {
    let c = source[i]!;
    if (ends !== "keep" && "-‐\u00ad".includes(c) && /\p{L}/u.test(source[i - 1] ?? "")) {
      lineEnd.lastIndex = i;
      const skipped = lineEnd.exec(source)?.[0].length ?? 0;
      if (skipped > 0 && ends === "hyphen") {
        text += "-";
        at.push(i);
      }
      if (skipped > 0) {
        i += skipped - 1;
        continue;
      }
    }
    if (/\s/.test(c)) {
      if (blank) continue;
      c = " ";
      blank = true;
    } else {
      blank = false;
      c = simple[c] ?? c.toLowerCase();
      // A letter whose lower case is longer keeps its place: one for one.
      if (c.length !== 1) c = source[i]!;
    }
    text += c;
    at.push(i);
  }
  return { text, at };
}

const simple: Record<string, string> = { "‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-" };

/** The boxes of a range of the page's text: one for each stretch of words on a line. */
export function boxesOf(page: Pick<Page, "words">, range: Range): Box[] {
  return joinLines(page.words.filter((w) => w.s < range.end && w.e > range.start).map((w) => w.b));
}

/** Joins the boxes of neighbouring words on one line, in the given order. */
export function joinLines(boxes: Box[]): Box[] {
  const joined: Box[] = [];
  for (const box of boxes) {
    const last = joined[joined.length - 1];
    if (last && sameLine(last, box) && box[0] >= last[0] && box[0] - last[2] < (box[3] - box[1]) * 1.5) {
      last[1] = Math.min(last[1], box[1]);
      last[2] = Math.max(last[2], box[2]);
      last[3] = Math.max(last[3], box[3]);
    } else {
      joined.push([...box]);
    }
  }
  return joined;
}

function sameLine(a: Box, b: Box): boolean {
  const overlap = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return overlap > 0.5 * Math.min(a[3] - a[1], b[3] - b[1]);
}

/** The words of a page that stand under any of the boxes, in reading order. */
export function wordsUnder(page: Pick<Page, "words">, boxes: Box[]): Word[] {
  return page.words.filter((w) => {
    const x = (w.b[0] + w.b[2]) / 2;
    const y = (w.b[1] + w.b[3]) / 2;
    return boxes.some((b) => x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3]);
  });
}

/** A rectangle in CSS pixels on a page that is shown at scale pixels a point. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where a box lies on a page shown at scale, with a little air, as a marker pen leaves it. */
export function placed(box: Box, scale: number): Rect {
  const air = Math.min(1.5, (box[3] - box[1]) * 0.08);
  return {
    left: (box[0] - air) * scale,
    top: (box[1] - air) * scale,
    width: Math.max(1, (box[2] - box[0] + 2 * air) * scale),
    height: Math.max(1, (box[3] - box[1] + 2 * air) * scale),
  };
}

/** The boxes of spans by page. */
export function byPage(spans: PageSpan[]): Map<number, Box[]> {
  const pages = new Map<number, Box[]>();
  for (const { page, boxes } of spans) {
    pages.set(page, joinLines([...(pages.get(page) ?? []), ...boxes.map((b) => [...b] as Box)]));
  }
  return pages;
}
