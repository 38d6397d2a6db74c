import type { Page } from "../api/types.gen";

/** A word as it is laid over, or drawn on, a page; pixels. */
export interface Glyphs {
  text: string;
  left: number;
  top: number;
  size: number;
  /** How much wider than it is it must be drawn, to fill its box. */
  stretch: number;
  /** Ends a line: what is copied breaks here. */
  last: boolean;
}

let context: CanvasRenderingContext2D | null | undefined;

/** Sets the words of a page into their boxes, at scale pixels a point. */
export function setWords(page: Page, scale: number, family: string): Glyphs[] {
  context ??= document.createElement("canvas").getContext("2d");
  const probe = 100;
  if (context) context.font = `${probe}px ${family}`;
  return page.words.map((word, i) => {
    const text = page.text.slice(word.s, word.e);
    const [x0, y0, x1, y1] = word.b;
    const size = Math.max(1, (y1 - y0) * 0.98 * scale);
    const natural = context ? (context.measureText(text).width * size) / probe : 0;
    const next = page.words[i + 1];
    return {
      text,
      left: x0 * scale,
      top: y0 * scale,
      size,
      stretch: natural > 0 ? ((x1 - x0) * scale) / natural : 1,
      last: !next || page.text.slice(word.e, next.s).includes("\n"),
    };
  });
}
