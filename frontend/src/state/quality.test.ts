import { describe, expect, it } from "vitest";
import type { QualityDay } from "../api/types.gen";
import { course, figureOf, groups, placed, together } from "./quality";

const day = (of: Partial<QualityDay>): QualityDay => ({ ...together([]), ...of });

describe("the course of quality", () => {
  it("counts the models of a day together, in the order of days", () => {
    const points = course([day({ day: "2026-02-02", model: "b", sentences: 4, altered: 1 }), day({ day: "2026-02-01", sentences: 2, unsupported: 1 }), day({ day: "2026-02-02", model: "a", sentences: 4, unsupported: 1 })], "wrong");
    expect(points).toEqual([
      { day: "2026-02-01", value: 0.5 },
      { day: "2026-02-02", value: 0.25 },
    ]);
  });
  it("says nothing of a day without such answers", () => {
    expect(figureOf(day({ answers: 0 }), "refused")).toBeUndefined();
    expect(figureOf(day({ answers: 0, ended: 2 }), "failed")).toBe(1);
    expect(figureOf(day({ answers: 4, wrongQuote: 1, missed: 1 }), "said")).toBe(0.5);
  });
  it("takes the time of the most answers", () => {
    expect(together([day({ answers: 2, medianMs: 900 }), day({ answers: 9, medianMs: 100 })]).medianMs).toBe(100);
  });
  it("keeps every day of a group", () => {
    expect([...groups([day({ model: "a" }), day({ model: "b" }), day({ model: "a" })], (d) => d.model)].map(([k, v]) => [k, v.length])).toEqual([["a", 2], ["b", 1]]);
  });
  it("places days by their dates, also one alone", () => {
    const points = [{ day: "2026-01-01", value: 0 }, { day: "2026-01-02", value: undefined }, { day: "2026-01-05", value: 1 }];
    expect(placed(points, 100, 50, 1).map(({ x, y }) => [x, y])).toEqual([[0, 50], [100, 0]]);
    expect(placed([{ day: "2026-01-01", value: 2 }], 100, 50, 4)).toEqual([{ point: { day: "2026-01-01", value: 2 }, x: 50, y: 25 }]);
    expect(placed([], 100, 50, 1)).toEqual([]);
  });
});
