/** A place in a scroll of pages: a page, and how far down it, 0 to 1. */
export interface Anchor {
  page: number;
  part: number;
}

/** Pixels between pages, and above the first. */
export const gap = 16;

/** The top of each page in a scroll, and at the end the height of it all. */
export function tops(heights: readonly number[]): number[] {
  const out: number[] = [];
  let y = gap;
  for (const h of heights) {
    out.push(y);
    y += h + gap;
  }
  out.push(y);
  return out;
}

/** The page (from 1) that lies at y. */
export function pageAt(top: readonly number[], y: number): number {
  let low = 0;
  let high = top.length - 2;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (top[mid]! <= y) low = mid;
    else high = mid - 1;
  }
  return low + 1;
}

/** The pages (from 1, both included) to have ready for a view of the scroll. */
export function window(top: readonly number[], y: number, height: number): [number, number] {
  const count = top.length - 1;
  return [Math.max(1, pageAt(top, y) - 1), Math.min(count, pageAt(top, y + height) + 1)];
}

/** What stands at y, in a form that survives zooming and pages changing their size. */
export function anchorAt(top: readonly number[], heights: readonly number[], y: number): Anchor {
  const page = pageAt(top, y);
  return { page, part: (y - top[page - 1]!) / Math.max(1, heights[page - 1]!) };
}

/** Where an anchor lies now. */
export function yOf(top: readonly number[], heights: readonly number[], anchor: Anchor): number {
  const i = Math.min(Math.max(anchor.page, 1), heights.length) - 1;
  return (top[i] ?? 0) + anchor.part * (heights[i] ?? 0);
}
