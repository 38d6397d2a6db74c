import type { Box } from "../api/types.gen";

/** A strip of a page around some words: where it begins and the boxes in it, in pixels. */
export interface Strip {
  top: number;
  height: number;
  marks: [x: number, y: number, width: number, height: number][];
}

const tallest = 150;
const around = 14;

/** The strip of a page, drawn so many pixels wide, in which the first of the boxes stand. */
export function strip(boxes: readonly Box[] | undefined, pageWidth: number, pageHeight: number, width: number): Strip | undefined {
  if (!boxes?.length || !(pageWidth > 0) || !(pageHeight > 0)) return undefined;
  const scale = width / pageWidth;
  const first = Math.min(...boxes.map((b) => b[1])) * scale;
  const last = Math.max(...boxes.map((b) => b[3])) * scale;
  const top = Math.max(0, first - around);
  const height = Math.min(tallest, last + around - top, pageHeight * scale - top);
  if (!(height > 0)) return undefined;
  const marks = boxes
    .map(([x0, y0, x1, y1]): Strip["marks"][number] => [x0 * scale, y0 * scale - top, (x1 - x0) * scale, (y1 - y0) * scale])
    .filter(([, y]) => y < height);
  return { top, height, marks };
}
