import { describe, expect, it } from "vitest";
import type { Job, MatterProgress } from "../api/types.gen";
import { kept, mostFailed, mostOver, mostWaiting, progress, reckoned } from "./jobs";

const job = (id: number, state: Job["state"]): Job => ({ id: `j${id}`, matter: "m", document: `d${id}`, name: `n${id}`, state, step: "read", done: 0, total: 1, perSecond: 0, etaSeconds: 0, remedies: [], updated: "" });

describe("jobs at hand", () => {
  it("stay few however many there were, the latest and all that run among them", () => {
    const states: Job["state"][] = ["done", "queued", "failed", "running", "canceled"];
    const all = new Map(Array.from({ length: 50_000 }, (_, i) => job(i, i < 40_000 ? "done" : states[i % (i > 49_900 ? 5 : 3)]!)).map((j) => [j.id, j]));
    const left = kept(all);
    expect(left.size).toBeLessThan(mostOver + 2 * mostWaiting + mostFailed + 100);
    expect(left.has("j49999")).toBe(true);
    expect([...left.values()].filter((j) => j.state === "running")).toHaveLength([...all.values()].filter((j) => j.state === "running").length);
    expect([...left.keys()]).toEqual([...left.keys()].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
  });

  it("are counted with those that are not at hand", () => {
    const outlook: MatterProgress = { waiting: 1200, ended: 900, needYou: 30, paused: 7, fraction: 0.4, etaSeconds: 9, jobs: [] };
    const p = reckoned(progress([job(1, "running"), job(2, "queued"), job(3, "failed")]), outlook);
    expect(p).toMatchObject({ running: 1, waiting: 1199, paused: 7, failed: 30, done: 870, total: 2107 });
  });

  it("speak for themselves where all are at hand", () => {
    const mine = progress([job(1, "running"), job(2, "done")]);
    expect(reckoned(mine, { waiting: 2, ended: 0, needYou: 0, paused: 0, fraction: 0, etaSeconds: 0, jobs: [] })).toBe(mine);
    expect(reckoned(mine, undefined)).toBe(mine);
  });
});
