import { describe, expect, it } from "vitest";
import type { Histogram, ModelReportRow } from "../api/types.gen";
import { atLeast, bars, dots, line, memoryParts, ticks } from "./chart";

describe("an axis", () => {
  it.each([
    [13.4, [0, 5, 10, 15]],
    [5310, [0, 2000, 4000, 6000]],
    [0.07, [0, 0.02, 0.04, 0.06, 0.08]],
    [4, [0, 1, 2, 3, 4]],
  ])("to %d has round numbers that reach it", (max, expected) => expect(ticks(max)).toEqual(expected));

  it.each([0, -3, Number.NaN, Number.POSITIVE_INFINITY])("to %d is drawn all the same", (max) => expect(ticks(max)).toEqual([0, 1]));
});

describe("a line", () => {
  it("goes from edge to edge, the most at the top and nothing at the bottom", () => expect(line([0, 5, 10], 100, 20, 10)).toBe("M0 20L50 10L100 0"));
  it("stays in its box, whatever it is given", () => expect(line([-4, 99], 10, 20, 10)).toBe("M0 20L10 0"));
  it("needs no values", () => expect(line([], 100, 20, 0)).toBe(""));
});

const row = (type: string, megabytes: number, decodePerSecond: number, divergence: number): ModelReportRow => ({
  name: type, type, bytes: megabytes * 1e6, peakBytes: megabytes * 1e6, promptPerSecond: 1, decodePerSecond, perplexity: 9, divergence, sameFirst: 1, tokens: 1, quality: 0, questions: 0,
});

describe("the trade-off of types", () => {
  const rows = [row("f16", 5000, 4, 0), row("q8_0", 2900, 8, 0.002), row("q4_k_m", 1800, 11.8, 0.06), row("q4_0", 1700, 12, 0.09)];
  const placed = dots(rows, 1, 400, 200, 6000, 15);

  it("puts less memory to the left and more speed higher", () => {
    expect(placed.map((d) => d.x)).toEqual([...placed.map((d) => d.x)].sort((a, b) => b - a));
    expect(placed[3]!.y).toBeLessThan(placed[0]!.y);
  });
  it("tells by more than colour what stays like the original, and what is recommended", () => {
    expect(placed.map((d) => d.near)).toEqual([true, true, false, false]);
    expect(placed.map((d) => d.chosen)).toEqual([false, true, false, false]);
  });
  it("lets no name lie over another", () => {
    for (const [i, a] of placed.entries())
      for (const b of placed.slice(i + 1)) expect(Math.abs(a.label.x - b.label.x) > 64 || Math.abs(a.label.y - b.label.y) >= 15).toBe(true);
  });
  it("takes the file's size where memory was not measured", () => {
    const [dot] = dots([{ ...row("q8_0", 3000, 8, 0), peakBytes: 0 }], -1, 400, 200, 6000, 15);
    expect(dot!.x).toBe(200);
  });
});

describe("a histogram", () => {
  const h: Histogram = { n: 7, mean: 0, p50: 0, p95: 0, bounds: [1, 2, 4, 8], counts: [0, 1, 0, 4, 2] };
  it("is drawn from its first bucket to its last, the gaps between included", () => {
    expect(bars(h).map((b) => [b.upper, b.n, b.share, b.last])).toEqual([
      [2, 1, 0.25, false],
      [4, 0, 0, false],
      [8, 4, 1, false],
      [8, 2, 0.5, true],
    ]);
  });
  it.each([
    [0.2, 8],
    [0.5, 4],
    [0.95, 1],
    [1, 1],
  ])("says what %d of its values reach at least", (share, expected) => expect(atLeast(h, share)).toBe(expected));
  it("without values has no bars", () => expect(bars({ ...h, counts: [0, 0, 0, 0, 0] })).toEqual([]));
});

describe("the memory of a machine", () => {
  const models = [{ id: "a", name: "A", bytes: 3 }, { id: "b", name: "B", bytes: 0 }];
  it("adds up to all of it", () => {
    const parts = memoryParts(16, 6, models);
    expect(parts.map((p) => [p.id, p.bytes])).toEqual([["others", 7], ["a", 3], ["free", 6]]);
    expect(parts.reduce((n, p) => n + p.share, 0)).toBeCloseTo(1);
  });
  it("adds up also where figures of different moments disagree", () => {
    expect(memoryParts(16, 15, [{ id: "a", name: "A", bytes: 9 }]).map((p) => p.bytes)).toEqual([0, 1, 15]);
    expect(memoryParts(16, 99, []).map((p) => p.bytes)).toEqual([0, 16]);
  });
  it("that is not known has no parts", () => expect(memoryParts(0, 0, models)).toEqual([]));
});
