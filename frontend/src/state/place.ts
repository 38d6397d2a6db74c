import type { Box } from "../api/types.gen";

/** A strip of a page around some words: how large the page is drawn, where the strip begins, and the boxes in it, in pixels. */
export interface Strip {
  page: number; // the width of the whole page
  left: number;
  top: number;
  height: number;
  marks: [x: number, y: number, width: number, height: number][];
}

const tallest = 150;
const largest = 1.2; // pixels a point: a few words are not blown up
const around = 14;
const beside = 10; // points

/** The strip of a page, so many pixels wide, in which the first of the boxes stand; the words fill its width. */
export function strip(boxes: readonly Box[] | undefined, pageWidth: number, pageHeight: number, width: number): Strip | undefined {
  if (!boxes?.length || !(pageWidth > 0) || !(pageHeight > 0)) return undefined;
  const x = Math.max(0, Math.min(...boxes.map((b) => b[0])) - beside);
  const right = Math.min(pageWidth, Math.max(...boxes.map((b) => b[2])) + beside);
  const scale = Math.min(largest, width / Math.max(1, right - x));
  const left = Math.min(x * scale, Math.max(0, pageWidth * scale - width));
  const first = Math.min(...boxes.map((b) => b[1])) * scale;
  const last = Math.max(...boxes.map((b) => b[3])) * scale;
  const top = Math.max(0, first - around);
  const height = Math.min(tallest, last + around - top, pageHeight * scale - top);
  if (!(height > 0)) return undefined;
  const marks = boxes
    .map(([x0, y0, x1, y1]): Strip["marks"][number] => [x0 * scale - left, y0 * scale - top, (x1 - x0) * scale, (y1 - y0) * scale])
    .filter(([, y]) => y < height);
  return { page: pageWidth * scale, left, top, height, marks };
}
