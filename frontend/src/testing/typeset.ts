import type { Page, Word } from "../api/types.gen";

/** Advance widths of Times-Roman and Times-Bold in 1/1000 em, for codes 32 to 126. */
const roman =
  "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 500 500 500 278 278 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500 333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722 500 500 444 480 200 480 541"
    .split(" ")
    .map(Number);
const bold =
  "250 333 555 500 500 1000 833 278 333 333 500 570 250 333 250 278 500 500 500 500 500 500 500 500 500 500 333 333 570 570 570 500 930 722 667 722 722 667 611 778 778 389 500 778 667 944 722 778 611 778 722 556 667 722 722 1000 722 722 667 333 278 333 581 500 333 500 556 444 556 444 333 500 556 278 333 556 278 833 556 500 556 556 444 389 333 556 500 722 500 500 444 394 220 394 520"
    .split(" ")
    .map(Number);

/** A paragraph of a fixture document. */
export interface Paragraph {
  text: string;
  bold?: boolean;
  align?: "left" | "center" | "right";
  indent?: number;
  size?: number;
  /** Follows the line before without a gap. */
  tight?: boolean;
  /** Starts a new page. */
  breakBefore?: boolean;
}

/** A word as it is drawn: baseline in points from the top left. */
export interface Drawn {
  text: string;
  x: number;
  baseline: number;
  width: number;
  size: number;
  bold: boolean;
}

/** A page laid out: what the PDF draws and what the reader is told of it. */
export interface LaidPage {
  drawn: Drawn[];
  page: Page;
}

/** How certain OCR is of a word: less of long ones and of figures, by chance that is the same each time. */
const certainty = (text: string, n: number) => (n % 23 === 7 ? 0.52 : n % 11 === 3 || /\d{4}/.test(text) ? 0.78 : 0.94);

const width = 612;
const height = 792;
const margin = 78;

function advance(text: string, size: number, isBold: boolean): number {
  const table = isBold ? bold : roman;
  let sum = 0;
  for (const c of text) sum += table[c.charCodeAt(0) - 32] ?? 500;
  return (sum * size) / 1000;
}

/**
 * Sets paragraphs into US-letter pages, with the words' boxes as a parser would
 * report them. Text that flows keeps a paragraph on one line of the page's text,
 * as Word files and mail have it.
 */
export function typeset(paragraphs: Paragraph[], ocr = false, flows = false): LaidPage[] {
  const pages: LaidPage[] = [];
  let y = 0;
  let current: LaidPage | undefined;
  const start = () => {
    const number = pages.length + 1;
    current = {
      drawn: [],
      page: { number, width, height, text: "", words: [], ocr, confidence: ocr ? 0.91 : 1 },
    };
    pages.push(current);
    y = margin;
  };
  const put = (drawn: Drawn, glue: string) => {
    const { page } = current!;
    const s = page.text.length + (page.text === "" ? 0 : glue.length);
    page.text += (page.text === "" ? "" : glue) + drawn.text;
    const word: Word = {
      s,
      e: page.text.length,
      b: [drawn.x, drawn.baseline - drawn.size * 0.74, drawn.x + drawn.width, drawn.baseline + drawn.size * 0.24],
      c: ocr ? certainty(drawn.text, page.words.length) : 1,
    };
    page.words.push(word);
    current!.drawn.push(drawn);
  };
  start();
  for (const p of paragraphs) {
    const size = p.size ?? 11.5;
    const leading = size * 1.42;
    if (p.breakBefore && current!.drawn.length > 0) start();
    const left = margin + (p.indent ?? 0);
    const room = width - margin - left;
    const space = advance(" ", size, p.bold ?? false);
    let line: string[] = [];
    let used = 0;
    let firstLine = true;
    const flush = () => {
      if (line.length === 0) return;
      if (y + leading > height - margin) start();
      y += leading;
      let x = left;
      if (p.align === "center") x = left + (room - used) / 2;
      if (p.align === "right") x = left + room - used;
      line.forEach((text, i) => {
        const w = advance(text, size, p.bold ?? false);
        put({ text, x, baseline: y, width: w, size, bold: p.bold ?? false }, i === 0 ? (firstLine ? (p.tight ? "\n" : "\n\n") : flows ? " " : "\n") : " ");
        x += w + space;
      });
      firstLine = false;
      line = [];
      used = 0;
    };
    for (const text of p.text.split(/ +/).filter(Boolean)) {
      const w = advance(text, size, p.bold ?? false);
      if (line.length > 0 && used + space + w > room) flush();
      used += (line.length > 0 ? space : 0) + w;
      line.push(text);
    }
    flush();
    y += size * 0.62;
  }
  for (const { drawn, page } of pages) {
    page.label = String(page.number);
    const text = `- ${page.number} -`;
    drawn.push({ text, x: width / 2 - 10, baseline: height - 40, width: 20, size: 9, bold: false });
  }
  return pages;
}
