import { describe, expect, it } from "vitest";
import type { CompareRun } from "../api/types.gen";
import { changesOf, pairsOf, shownOf, stopsOfChanges } from "./compare";

const run = (change: CompareRun["change"], text: string, more: Partial<CompareRun> = {}): CompareRun => ({ change, text, cut: false, oldPage: 1, newPage: 1, oldSpans: [], newSpans: [], ...more });

const runs = [
  run("equal", "Preamble of the agreement.\n\nEither party may terminate upon "),
  run("deleted", "sixty (60) ", { oldSpans: [{ page: 2, boxes: [[0, 0, 9, 9]] }] }),
  run("inserted", "ninety (90) ", { newSpans: [{ page: 3, boxes: [[0, 0, 9, 9]] }] }),
  run("equal", "days'\nnotice.\n\nNothing else changes.\n\nIndeed. "),
  run("inserted", "A new last clause."),
];

describe("a comparison", () => {
  it("takes what was replaced for one change", () => {
    expect(changesOf(runs).map((c) => [c.deleted?.text, c.inserted?.text])).toEqual([["sixty (60) ", "ninety (90) "], [undefined, "A new last clause."]]);
  });

  it("is set in pairs of paragraphs, each side with its own words", () => {
    const pairs = pairsOf(runs);
    const text = (side: "left" | "right") => pairs.map((p) => p[side].map((s) => s.text).join(""));
    expect(text("left")).toEqual(["Preamble of the agreement.", "Either party may terminate upon sixty (60) days' notice.", "Nothing else changes.", "Indeed. "]);
    expect(pairs[1]!.left.map((s) => [s.text, s.change])).toEqual([["Either party may terminate upon ", -1], ["sixty (60)", 0], [" days' notice.", -1]]);
    expect(text("right")[1]).toBe("Either party may terminate upon ninety (90) days' notice.");
    expect(text("right")[3]).toBe("Indeed. A new last clause.");
    expect(pairs.map((p) => p.changes)).toEqual([[], [0], [], [1]]);
  });

  it("draws together what is the same, where only changes are wanted", () => {
    const shown = shownOf(pairsOf(runs), true);
    expect(shown.map((s) => ("same" in s ? s.same : s.pair.changes))).toEqual([4, [0], 3, [1]]);
    expect(shownOf(pairsOf(runs), false)).toHaveLength(4);
  });

  it("leads to the words of a change in either document", () => {
    const changes = changesOf(runs);
    expect(stopsOfChanges(changes, "deleted", { id: "a", name: "A" })).toMatchObject([{ document: "a", page: 2, key: "d0" }]);
    expect(stopsOfChanges(changes, "inserted", { id: "b", name: "B" })).toMatchObject([{ page: 3, key: "d0" }, { page: 1, key: "d1" }]);
  });

  it("of documents that have little in common is cut into pairs of bounded length, and loses nothing", () => {
    const many = Array.from({ length: 300 }, (_, i) => [run("deleted", `old words ${i} `), run("inserted", `new words ${i} `), run("equal", "the ")]).flat();
    const pairs = pairsOf(many);
    expect(pairs.length).toBeGreaterThan(3);
    for (const p of pairs) expect(p.left.map((s) => s.text).join("").length).toBeLessThan(1400);
    expect(pairs.flatMap((p) => p.changes)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(pairs.map((p) => p.left.map((s) => s.text).join("")).join("")).toBe(many.filter((r) => r.change !== "inserted").map((r) => r.text).join(""));
  });

  it("of documents that say the same has no change", () => {
    expect(changesOf([run("equal", "All.")])).toEqual([]);
    expect(pairsOf([run("equal", "All.")])).toMatchObject([{ changes: [], words: 1 }]);
  });
});
