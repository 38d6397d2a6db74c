import type { Job } from "../api/types.gen";

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
