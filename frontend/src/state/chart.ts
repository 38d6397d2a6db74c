// Geometry of the drawings: pure, so that it is tested without a page.
import type { Histogram, ModelReportRow } from "../api/types.gen";

/** Divergence, in nats a token, up to which a type counts as like its original; as the program's recommendation has it. */
export const tolerable = 0.05;

/** Round numbers from 0 to at least max, few enough to be read. */
export function ticks(max: number, about = 4): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1];
  const rough = max / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough)!;
  const out: number[] = [];
  for (let i = 0; (i - 1) * step < max; i++) out.push(Number((i * step).toPrecision(12)));
  return out;
}

/** A line through values, oldest first, in a box; the most of them touches its top. */
export function line(values: readonly number[], width: number, height: number, most: number): string {
  const top = Math.max(most, 1e-9);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((v, i) => `${i === 0 ? "M" : "L"}${round(i * step)} ${round(height - (Math.min(Math.max(v, 0), top) / top) * height)}`).join("");
}

const round = (n: number) => Math.round(n * 10) / 10;

/** A type of a model in the trade-off: where its mark stands and where its name fits. */
export interface Dot {
  row: ModelReportRow;
  x: number;
  y: number;
  near: boolean;
  chosen: boolean;
  label: { x: number; y: number; anchor: "start" | "end" };
}

const lineHeight = 15;

/** Places the types of a report: memory to the right, speed upward. Names keep clear of each other. */
export function dots(rows: readonly ModelReportRow[], choice: number, width: number, height: number, maxX: number, maxY: number): Dot[] {
  const placed: Dot[] = rows.map((row, i) => {
    const x = (memoryOf(row) / maxX) * width;
    const y = height - (finite(row.decodePerSecond) / maxY) * height;
    const right = x < width * 0.8;
    return { row, x, y, near: row.divergence <= tolerable, chosen: i === choice, label: { x: x + (right ? 11 : -11), y, anchor: right ? "start" : "end" } };
  });
  const byHeight = [...placed].sort((a, b) => a.label.y - b.label.y);
  // Downward, each name at least a line below those that it would overlap.
  byHeight.forEach((dot, i) => {
    for (const above of byHeight.slice(0, i)) {
      const beside = Math.abs(above.label.x - dot.label.x) > 64;
      if (!beside && dot.label.y - above.label.y < lineHeight) dot.label.y = above.label.y + lineHeight;
    }
  });
  return placed;
}

/** The memory of a type, or its file's size where that was not measured. */
export const memoryOf = (row: ModelReportRow): number => Math.max(0, finite(row.peakBytes) || finite(row.bytes)) / 1e6;

const finite = (n: number) => (Number.isFinite(n) && n > 0 ? n : 0);

/** The buckets of a histogram that hold something, from the first to the last, each with its share. */
export function bars(h: Histogram): { upper: number; last: boolean; n: number; share: number }[] {
  const used = h.counts.flatMap((n, i) => (n > 0 ? [i] : []));
  if (used.length === 0) return [];
  const most = Math.max(...h.counts);
  const out = [];
  for (let i = used[0]!; i <= used.at(-1)!; i++) {
    const last = i >= h.bounds.length;
    out.push({ upper: h.bounds[Math.min(i, h.bounds.length - 1)] ?? 0, last, n: h.counts[i]!, share: h.counts[i]! / most });
  }
  return out;
}

/** What so large a share of the values lies at or above: the lower end of a bucket, 0 for the lowest. */
export function atLeast(h: Histogram, share: number): number {
  let seen = 0;
  for (let i = h.counts.length - 1; i >= 0; i--) {
    seen += h.counts[i]!;
    if (seen > 0 && seen >= share * h.n) return i === 0 ? 0 : h.bounds[i - 1]!;
  }
  return 0;
}

/** The parts of a machine's memory, in shares of the whole that add up to one. */
export function memoryParts(all: number, free: number, models: readonly { id: string; name: string; bytes: number }[]): { id: string; name: string; bytes: number; share: number }[] {
  if (!(all > 0)) return [];
  const open = Math.min(Math.max(free, 0), all);
  // What models hold is part of what is taken, whatever was measured a moment apart.
  let left = all - open;
  const own = models.filter((m) => m.bytes > 0).map((m) => {
    const bytes = Math.min(m.bytes, left);
    left -= bytes;
    return { ...m, bytes };
  });
  return [{ id: "others", name: "", bytes: left }, ...own, { id: "free", name: "", bytes: open }].map((p) => ({ ...p, share: p.bytes / all }));
}
