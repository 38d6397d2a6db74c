import { describe, expect, it } from "vitest";
import type { Box, Word } from "../api/types.gen";
import { boxesOf, byPage, findInPage, joinLines, placed, wordsUnder } from "./anchors";

/** A page of words ten points wide, two to a line. */
function pageOf(...texts: string[]) {
  let text = "";
  const words: Word[] = texts.map((word, i) => {
    if (i > 0) text += i % 2 === 0 ? "\n" : " ";
    const s = text.length;
    text += word;
    const x = (i % 2) * 12;
    const y = Math.floor(i / 2) * 14;
    return { s, e: text.length, b: [x, y, x + 10, y + 10], c: 1 };
  });
  return { text, words };
}

describe("findInPage", () => {
  it.each([
    ["ignores case", "Notice PERIOD", "notice period", "Notice PERIOD"],
    ["looks across line ends", "sixty\n(60) days", "sixty (60)", "sixty\n(60)"],
    ["folds runs of white space", "a  \n b", "a b", "a  \n b"],
    ["takes typographic quotes for plain ones", "days’ notice", "days' notice", "days’ notice"],
    ["finds a word that a line divides", "the agree-\nment is", "agreement", "agree-\nment"],
    ["finds words around one that a line divides", "this agree- \n ment ends", "agreement ends", "agree- \n ment ends"],
    ["finds a hyphen of the word's own at a line's end", "a non-\ncompete clause", "non-compete", "non-\ncompete"],
    ["finds halves too", "agree-\nment", "ment", "ment"],
    ["keeps its place after letters that grow when lowered", "İstanbul notice", "notice", "notice"],
  ])("%s", (_name, text, needle, found) => {
    const [range] = findInPage({ text }, needle);
    expect(range && text.slice(range.start, range.end)).toBe(found);
  });

  it("finds every place, none overlapping", () => {
    expect(findInPage({ text: "aaaa" }, "aa")).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 4 },
    ]);
  });

  it("finds nothing for nothing", () => {
    expect(findInPage({ text: "abc" }, "  ")).toEqual([]);
  });
});

describe("boxes", () => {
  it("are one a line", () => {
    const page = pageOf("one", "two", "three", "four");
    expect(boxesOf(page, { start: 0, end: page.text.length })).toEqual([
      [0, 0, 22, 10],
      [0, 14, 22, 24],
    ]);
  });

  it("cover only the words of the range", () => {
    const page = pageOf("one", "two", "three", "four");
    const [range] = findInPage(page, "two three");
    expect(boxesOf(page, range!)).toEqual([
      [12, 0, 22, 10],
      [0, 14, 10, 24],
    ]);
  });

  it("of two columns are not joined across the gap", () => {
    const boxes: Box[] = [
      [0, 0, 100, 10],
      [300, 0, 400, 10],
    ];
    expect(joinLines(boxes)).toHaveLength(2);
  });

  it("lead back to their words", () => {
    const page = pageOf("one", "two", "three", "four");
    expect(wordsUnder(page, [[0, 14, 22, 24]]).map((w) => page.text.slice(w.s, w.e))).toEqual(["three", "four"]);
  });

  it("scale with the page", () => {
    const at1 = placed([10, 20, 110, 32], 1);
    const at2 = placed([10, 20, 110, 32], 2);
    expect(at2.left).toBeCloseTo(at1.left * 2);
    expect(at2.width).toBeCloseTo(at1.width * 2);
  });

  it("of a passage on two pages are kept apart", () => {
    const pages = byPage([
      { page: 3, boxes: [[0, 0, 10, 10]] },
      { page: 4, boxes: [[0, 0, 10, 10]] },
      { page: 3, boxes: [[11, 0, 20, 10]] },
    ]);
    expect(pages.get(3)).toEqual([[0, 0, 20, 10]]);
    expect(pages.get(4)).toHaveLength(1);
  });
});
