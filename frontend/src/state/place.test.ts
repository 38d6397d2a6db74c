import { describe, expect, it } from "vitest";
import { strip } from "./place";

describe("the strip of a page around a quotation", () => {
  it("begins a little above the words and ends a little below", () => {
    expect(strip([[72, 300, 540, 312]], 612, 792, 244)).toEqual({ page: 306, left: 31, top: 136, height: 34, marks: [[5, 14, 234, 6]] });
  });
  it("stays on the page at its head and foot", () => {
    expect(strip([[0, 2, 612, 12]], 612, 792, 612)?.top).toBe(0);
    const foot = strip([[0, 780, 612, 790]], 612, 792, 612)!;
    expect(foot.top + foot.height).toBeLessThanOrEqual(792);
  });
  it("shows the beginning of what is long, and only the marks in it", () => {
    const boxes = Array.from({ length: 40 }, (_, i): [number, number, number, number] => [72, 100 + i * 15, 540, 112 + i * 15]);
    const s = strip(boxes, 612, 792, 612)!;
    expect(s.height).toBe(150);
    expect(s.marks.length).toBeGreaterThan(3);
    expect(s.marks.every(([, y]) => y < 150)).toBe(true);
  });
  it("does not blow a few words up, and leaves no gap at the page's edge", () => {
    const s = strip([[560, 300, 600, 312]], 612, 792, 350)!;
    expect(s.page).toBeCloseTo(734.4);
    expect(s.left).toBeCloseTo(734.4 - 350);
    expect(s.marks[0]![2]).toBeCloseTo(48);
  });
  it("is none where no word has a place", () => {
    expect(strip([], 612, 792, 300)).toBeUndefined();
    expect(strip([[0, 0, 1, 1]], 0, 0, 300)).toBeUndefined();
  });
});
