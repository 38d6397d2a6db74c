import type { Document, Job } from "../api/types.gen";

/** What the document list is narrowed to. */
export interface Filter {
  text: string;
  status: "all" | "needs_you" | "reading" | "ocr";
  kind: "" | Document["kind"];
}

export const everything: Filter = { text: "", status: "all", kind: "" };

/** A row of the list: children stand under their parent, one step in. */
export interface Row {
  document: Document;
  depth: 0 | 1;
}

/** The rows that a filter leaves, attachments after the message they came with. */
export function rows(documents: readonly Document[], filter: Filter): Row[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const children = new Map<string, Document[]>();
  const ids = new Set(documents.map((d) => d.id));
  const top: Document[] = [];
  for (const d of documents) {
    if (d.parent && ids.has(d.parent)) children.set(d.parent, [...(children.get(d.parent) ?? []), d]);
    else top.push(d);
  }
  const out: Row[] = [];
  for (const document of top) {
    if (passes(document, filter, words)) out.push({ document, depth: 0 });
    for (const child of children.get(document.id) ?? []) {
      if (passes(child, filter, words)) out.push({ document: child, depth: 1 });
    }
  }
  return out;
}

function passes(d: Document, filter: Filter, words: string[]): boolean {
  if (filter.kind && d.kind !== filter.kind) return false;
  if (filter.status === "needs_you" && d.status !== "needs_you") return false;
  if (filter.status === "reading" && d.status !== "reading" && d.status !== "queued") return false;
  if (filter.status === "ocr" && d.ocrPages === 0) return false;
  if (words.length === 0) return true;
  const text = `${d.name} ${d.title ?? ""} ${(d.parties ?? []).join(" ")} ${d.source ?? ""}`.toLowerCase();
  return words.every((w) => text.includes(w));
}

/** Puts one changed thing into a list, keeping its place; a new one goes last. */
export function upsert<T extends { id: string }>(list: readonly T[], item: T): T[] {
  const at = list.findIndex((x) => x.id === item.id);
  if (at < 0) return [...list, item];
  const copy = list.slice();
  copy[at] = item;
  return copy;
}

/** What has been read of some documents. */
export function totals(documents: readonly Document[]): { pages: number; ocrPages: number; needYou: number } {
  const sum = { pages: 0, ocrPages: 0, needYou: 0 };
  for (const d of documents) {
    sum.pages += d.pagesRead;
    sum.ocrPages += d.ocrPages;
    if (d.status === "needs_you") sum.needYou++;
  }
  return sum;
}

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
  etaSeconds: number;
}

export function progress(jobs: readonly Job[]): Progress {
  const p: Progress = { running: 0, waiting: 0, paused: 0, failed: 0, done: 0, total: jobs.length, share: 0, etaSeconds: 0 };
  let read = 0;
  let all = 0;
  for (const j of jobs) {
    if (j.state === "running") p.running++;
    else if (j.state === "queued") p.waiting++;
    else if (j.state === "paused") p.paused++;
    else if (j.state === "failed") p.failed++;
    else p.done++;
    if (j.state === "running" || j.state === "queued") {
      read += j.done;
      all += Math.max(j.total, 1);
      p.etaSeconds = Math.max(p.etaSeconds, j.etaSeconds);
    }
  }
  p.share = all > 0 ? read / all : 1;
  return p;
}
