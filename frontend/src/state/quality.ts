import type { QualityDay } from "../api/types.gen";

/** What can be drawn over the days. */
export type Figure = "wrong" | "refused" | "said" | "failed" | "slow";
export const figures: readonly Figure[] = ["wrong", "refused", "said", "failed", "slow"];

/** A figure on one day; undefined where the day says nothing of it. */
export interface Point {
  day: string;
  value: number | undefined;
}

/** The counts of several days or models together; the time is that of the most answers. */
export function together(days: readonly QualityDay[], day = "", model = ""): QualityDay {
  const sum = { day, model, answers: 0, refused: 0, empty: 0, sentences: 0, altered: 0, unsupported: 0, right: 0, wrongQuote: 0, missed: 0, repairs: 0, unread: 0, failed: 0, ended: 0, medianMs: 0 };
  let most = -1;
  for (const d of days) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) if (key !== "day" && key !== "model" && key !== "medianMs") sum[key] += d[key];
    if (d.answers > most) [most, sum.medianMs] = [d.answers, d.medianMs];
  }
  return sum;
}

/** A figure of some days: shares lie between 0 and 1, the time is in milliseconds. */
export function figureOf(d: QualityDay, figure: Figure): number | undefined {
  const share = (n: number, of: number) => (of > 0 ? n / of : undefined);
  switch (figure) {
    case "wrong":
      return share(d.altered + d.unsupported, d.sentences);
    case "refused":
      return share(d.refused, d.answers);
    case "said":
      return share(d.wrongQuote + d.missed, d.answers);
    case "failed":
      return share(d.failed + d.ended, d.answers + d.ended);
    case "slow":
      return d.answers > 0 ? d.medianMs : undefined;
  }
}

/** The days in their order, all models of a day together. */
export function course(days: readonly QualityDay[], figure: Figure): Point[] {
  return [...groups(days, (d) => d.day)].map(([day, of]) => ({ day, value: figureOf(together(of, day), figure) })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** Days that belong together, in the order in which they come. */
export function groups(days: readonly QualityDay[], key: (d: QualityDay) => string): Map<string, QualityDay[]> {
  const out = new Map<string, QualityDay[]>();
  for (const d of days) out.set(key(d), [...(out.get(key(d)) ?? []), d]);
  return out;
}

/** Where the points of a course stand in a box: to the right by date, upward by value. */
export function placed(points: readonly Point[], width: number, height: number, top: number): { x: number; y: number; point: Point }[] {
  const known = points.filter((p) => p.value !== undefined);
  if (known.length === 0) return [];
  const time = (p: Point) => Date.parse(p.day);
  const [first, last] = [time(points[0]!), time(points[points.length - 1]!)];
  const wide = Math.max(last - first, 1);
  return known.map((point) => ({
    point,
    x: last === first ? width / 2 : ((time(point) - first) / wide) * width,
    y: height - (Math.min(point.value!, top) / Math.max(top, 1e-9)) * height,
  }));
}
