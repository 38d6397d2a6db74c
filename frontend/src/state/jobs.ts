import type { Job, MatterProgress } from "../api/types.gen";

/** How far the work on all of a matter's jobs has come. */
export interface Progress {
  running: number;
  waiting: number;
  paused: number;
  failed: number;
  done: number;
  total: number;
  /** Of the pages of unfinished jobs, 0 to 1. */
  share: number;
  /** Pages a second, over the jobs that run. */
  perSecond: number;
  etaSeconds: number;
}

/** Adds up jobs. What is left counts at the speed of what runs; 0 where that is not known. */
export function progress(jobs: Iterable<Job>): Progress {
  const p: Progress = { running: 0, waiting: 0, paused: 0, failed: 0, done: 0, total: 0, share: 0, perSecond: 0, etaSeconds: 0 };
  let read = 0;
  let all = 0;
  for (const j of jobs) {
    p.total++;
    if (j.state === "running") p.running++;
    else if (j.state === "queued") p.waiting++;
    else if (j.state === "paused") p.paused++;
    else if (j.state === "failed") p.failed++;
    else p.done++;
    if (j.state === "running" || j.state === "queued") {
      read += j.done;
      all += Math.max(j.total, 1);
      p.etaSeconds = Math.max(p.etaSeconds, j.etaSeconds);
      if (j.state === "running") p.perSecond += j.perSecond;
    }
  }
  if (p.perSecond > 0) p.etaSeconds = Math.max(p.etaSeconds, (all - read) / p.perSecond);
  p.share = all > 0 ? read / all : 1;
  return p;
}

/** Jobs of each kind that the window keeps: more than a person looks at, and no more work than a moment's. */
export const mostWaiting = 200;
export const mostFailed = 500;
export const mostOver = 60;

/** Drops jobs that are over, wait or failed beyond what is kept; of those over, the oldest. */
export function kept(work: Map<string, Job>): Map<string, Job> {
  if (work.size <= mostOver) return work;
  const room = { over: mostOver, waiting: 2 * mostWaiting, failed: mostFailed };
  const out: [string, Job][] = [];
  for (const entry of [...work].reverse()) {
    const { state } = entry[1];
    const kind = state === "failed" ? "failed" : state === "done" || state === "canceled" ? "over" : "waiting";
    if (state !== "running" && --room[kind] < 0) continue;
    out.push(entry);
  }
  return new Map(out.reverse());
}

/** What the jobs at hand add up to, with the counts of all jobs that the program keeps. */
export function reckoned(p: Progress, outlook: MatterProgress | undefined): Progress {
  if (!outlook) return p;
  const total = outlook.waiting + outlook.paused + outlook.ended;
  if (total <= p.total) return p; // all jobs are at hand, and what they say is newer
  return {
    ...p,
    waiting: Math.max(0, outlook.waiting - p.running),
    paused: outlook.paused,
    failed: outlook.needYou,
    done: outlook.ended - outlook.needYou,
    total,
  };
}
