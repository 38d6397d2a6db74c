import { describe, expect, it } from "vitest";
import { anchorAt, gap, pageAt, tops, window, yOf } from "./scroll";

const heights = [100, 200, 50, 300];
const top = tops(heights);

describe("a scroll of pages", () => {
  it("knows the page at every height", () => {
    for (let y = 0; y < top.at(-1)!; y += 7) {
      const page = pageAt(top, y);
      expect(top[page - 1]! <= y || page === 1).toBe(true);
      expect(page === heights.length || top[page]! > y).toBe(true);
    }
  });

  it("has a page ready before and after those in view", () => {
    expect(window(top, top[1]! + 10, 100)).toEqual([1, 3]);
    expect(window(top, 0, 10_000)).toEqual([1, 4]);
  });

  it("comes back to the same place after zooming", () => {
    const larger = heights.map((h) => h * 3);
    for (const y of [20, 50, 140, 360, 500]) {
      const anchor = anchorAt(top, heights, y);
      expect(yOf(top, heights, anchor)).toBeCloseTo(y);
      expect(anchorAt(tops(larger), larger, yOf(tops(larger), larger, anchor)).page).toBe(anchor.page);
    }
  });

  it("ends with a gap below the last page", () => {
    expect(top.at(-1)).toBe(650 + gap * 5);
  });
});
