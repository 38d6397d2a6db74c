import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { Client } from "../api/client";
import type { Document, DocumentQuery, Facet, Facets } from "../api/types.gen";
import { cut, place, rowOf, without, type Fold } from "./folds";
import { messageOf } from "./notices.svelte";

/** What the list is narrowed to and how it is ordered. */
export type Query = Omit<DocumentQuery, "offset" | "limit">;

/** Documents fetched at a time. */
export const part = 100;

/** Parts that are held; the ones used longest ago go first. */
const heldParts = 60;

/** Milliseconds between two fetches of a list that keeps changing. */
const calm = 1200;
/** What of a document the filters count. */
const counted = ["kind", "type", "status", "language", "custodian"] as const;

/** Milliseconds after the last letter of a filter before it is asked for. */
const typing = 120;

/** A row of the list, by its place in it. */
export interface Row {
  /** Undefined while its part is on the way. */
  document: Document | undefined;
  /** Where it stands in what the query selects, from 0. */
  index: number;
  depth: 0 | 1 | 2;
  /** Whether it holds others, and whether they are folded away. */
  family: "" | "open" | "folded";
}

/**
 * The documents of a matter as a list that may be far longer than what is
 * loaded: parts of it are fetched as they come into view, kept for a while, and
 * brought up to date when the program says that something changed.
 */
export class Documents {
  query = $state.raw<Query>({});
  /** How many the query selects. */
  total = $state(0);
  /** The values that the matter's documents have, whatever the query. */
  facets = $state.raw<Facets | undefined>();
  stage = $state<"idle" | "loading" | "ready" | "failed">("idle");
  problem = $state("");
  /** Ids that were selected by hand, in the order of selecting. */
  readonly selected = new SvelteSet<string>();

  #matter = "";
  #folds = $state.raw<readonly Fold[]>([]);
  /** Grows when rows came or changed: what shows them reads it. */
  #version = $state(0);
  #parts = new Map<number, Document[]>();
  #coming = new Set<number>();
  #known = new SvelteMap<string, Document>();
  #asked = new Set<string>();
  #leaving = new Set<string>();
  #turn = 0;
  #view: [number, number] = [0, part];
  #renewing: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #counting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Client) {}

  /** Rows of the list, folded families taken together. */
  readonly rows = $derived(this.total - this.#folds.reduce((n, f) => n + f.count, 0));

  /** Whether anything narrows the list. */
  readonly narrowed = $derived(
    Object.entries(this.query).some(([key, value]) => !["sort", "descending", "outer"].includes(key) && (Array.isArray(value) ? value.length > 0 : Boolean(value))),
  );

  open(matter: string): void {
    this.reset();
    this.#matter = matter;
    this.#load();
  }

  reset(): void {
    clearTimeout(this.#renewing);
    clearTimeout(this.#typing);
    clearTimeout(this.#counting);
    this.#renewing = undefined;
    this.#counting = undefined;
    this.#matter = "";
    this.#turn++;
    this.query = {};
    this.total = 0;
    this.facets = undefined;
    this.stage = "idle";
    this.#folds = [];
    this.#parts.clear();
    this.#coming.clear();
    this.#known.clear();
    this.#asked.clear();
    this.#leaving.clear();
    this.selected.clear();
    this.#view = [0, part];
    this.#version++;
  }

  /** Narrows or orders the list; what is not named stays. */
  narrow(change: Query, soon = false): void {
    this.query = Object.fromEntries(Object.entries({ ...this.query, ...change }).filter(([, v]) => (Array.isArray(v) ? v.length > 0 : v))) as Query;
    clearTimeout(this.#typing);
    if (soon) this.#typing = setTimeout(() => this.#load(), typing);
    else this.#load();
  }

  /** Shows every document again, in the order there is. */
  widen(): void {
    const { sort, descending, outer } = this.query;
    this.query = {};
    this.narrow({ ...(sort ? { sort } : {}), ...(descending ? { descending } : {}), ...(outer ? { outer } : {}) });
  }

  /** Orders by a column; the same column again turns the order round. */
  order(sort: NonNullable<Query["sort"]>): void {
    const same = (this.query.sort ?? "") === sort;
    this.narrow({ sort, descending: same ? !this.query.descending : false });
  }

  /** The row at a place. Reading it keeps whoever reads it up to date. */
  row(at: number): Row {
    void this.#version;
    const index = place(this.#folds, at);
    const document = this.#at(index);
    const nested = !this.query.sort;
    const depth = !nested || !document?.parent ? 0 : this.#known.get(document.parent)?.parent ? 2 : 1;
    const holds = nested && document !== undefined && this.#at(index + 1)?.parent === document.id;
    const folded = document !== undefined && this.#folds.some((f) => f.id === document.id);
    return { document, index, depth, family: folded ? "folded" : holds ? "open" : "" };
  }

  /** Says which rows are on show, so that they and their neighbours are fetched. */
  show(from: number, to: number): void {
    this.#view = [place(this.#folds, Math.max(0, from)), place(this.#folds, Math.max(0, Math.min(to, this.rows - 1)))];
    this.#fetchView();
  }

  /** The row that a document has among what is loaded, else -1. */
  find(id: string): number {
    for (const [n, list] of this.#parts) {
      const at = list.findIndex((d) => d.id === id);
      if (at >= 0) return rowOf(this.#folds, n * part + at);
    }
    return -1;
  }

  /**
   * The row of the first document, in the order of names, whose name begins so;
   * -1 where there is none. What lies outside of what is loaded is looked up
   * by halves: a few parts are fetched, not all.
   */
  async seek(beginning: string): Promise<number> {
    const wanted = beginning.toLowerCase();
    const turn = this.#turn;
    const outer = (n: number) => (this.#parts.get(n) ?? []).findIndex((d) => !d.parent);
    const reach = async (n: number) => {
      if (!this.#parts.has(n)) await this.#fetch(n);
      return turn === this.#turn && this.#parts.has(n);
    };
    let low = 0;
    let high = Math.max(0, Math.ceil(this.total / part) - 1);
    if (this.query.sort || this.query.descending) low = high = Math.floor(this.#view[0] / part);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (!(await reach(middle))) return -1;
      const first = this.#parts.get(middle)?.[Math.max(0, outer(middle))];
      if (first && first.name.toLowerCase() < wanted) low = middle;
      else high = middle - 1;
    }
    for (const n of [low, low + 1]) {
      if (n * part >= this.total || !(await reach(n))) continue;
      const at = this.#parts.get(n)!.findIndex((d) => (!d.parent || this.query.sort) && d.name.toLowerCase().startsWith(wanted));
      if (at >= 0) return rowOf(this.#folds, n * part + at);
    }
    return -1;
  }

  /** Folds a family to one row, or unfolds it. */
  async fold(id: string, index: number): Promise<void> {
    if (this.#folds.some((f) => f.id === id)) {
      this.#folds = without(this.#folds, id);
      this.#version++;
      return;
    }
    const turn = this.#turn;
    try {
      const { total } = await this.client.queryDocuments(this.#matter, { ...this.query, family: id, limit: 1 });
      if (turn === this.#turn && total > 1) this.#folds = cut(this.#folds, { id, at: index + 1, count: total - 1 });
      this.#version++;
    } catch {
      // The family stays open: nothing is lost by that.
    }
  }

  /** A document that was seen; asks for it where it was not. */
  get(id: string): Document | undefined {
    return this.#known.get(id);
  }

  /** Fetches a document that is not known yet. */
  async want(id: string): Promise<Document | undefined> {
    const known = this.#known.get(id);
    if (known || this.#asked.has(id) || !this.#matter) return known;
    this.#asked.add(id);
    const matter = this.#matter;
    try {
      const { documents } = await this.client.queryDocuments(matter, { family: id, limit: 1 });
      if (matter !== this.#matter) return undefined;
      for (const d of documents) this.#known.set(d.id, d);
      return documents[0];
    } catch {
      this.#asked.delete(id);
      return undefined;
    }
  }

  /** The values to filter a field by: counted over what the rest of the query selects. */
  async values(field: "kinds" | "types" | "statuses" | "languages" | "custodians"): Promise<Facet[]> {
    return (await this.client.facets(this.#matter, { ...this.query, [field]: [] }))[field] ?? [];
  }

  /** All documents that a query selects, up to a limit; they are known from then on. */
  async list(query: DocumentQuery): Promise<{ documents: Document[]; total: number }> {
    const matter = this.#matter;
    const found = await this.client.queryDocuments(matter, query);
    if (matter === this.#matter) for (const d of found.documents) this.#known.set(d.id, d);
    return found;
  }

  /** Takes up what the program says of documents: those on show change in place. */
  changed(documents: Document[]): void {
    let fresh = false;
    for (const d of documents) {
      if (this.#leaving.has(d.id)) continue;
      const before = this.#known.get(d.id);
      if (before) this.#known.set(d.id, d);
      if (!before || counted.some((field) => before[field] !== d[field])) this.#recount();
      let found = false;
      for (const list of this.#parts.values()) {
        const at = list.findIndex((x) => x.id === d.id);
        if (at < 0) continue;
        list[at] = d;
        found = true;
        break;
      }
      if (!found) fresh = true;
    }
    this.#version++;
    if (fresh) this.renew();
  }

  /** Fetches what is on show again, soon; many calls cost one fetch. */
  renew(): void {
    this.#renewing ??= setTimeout(() => {
      this.#renewing = undefined;
      void this.#renew();
    }, calm);
  }

  /** Leaves a document out of the list at once, until it is gone or kept. */
  hide(id: string): void {
    this.#leaving.add(id);
    this.selected.delete(id);
    this.#known.delete(id);
    this.#load();
  }

  /** Takes back a hiding, or makes it final. */
  unhide(id: string): void {
    this.#leaving.delete(id);
    this.#asked.delete(id);
    this.#load();
  }

  isLeaving(id: string): boolean {
    return this.#leaving.has(id);
  }

  select(id: string, on: boolean): void {
    if (on) this.selected.add(id);
    else this.selected.delete(id);
  }

  #at(index: number): Document | undefined {
    return this.#parts.get(Math.floor(index / part))?.[index % part];
  }

  /** Starts the list anew, keeping what is on show until its successor has come. */
  #load(): void {
    if (!this.#matter) return;
    this.#turn++;
    this.#coming.clear();
    this.#folds = [];
    this.#view = [0, part];
    this.stage = this.stage === "ready" ? "ready" : "loading";
    void this.#fetch(0, true);
    void this.#count();
  }

  async #renew(): Promise<void> {
    if (!this.#matter) return;
    this.#turn++;
    this.#coming.clear();
    const [from, to] = this.#view.map((i) => Math.floor(i / part)) as [number, number];
    // What is out of view is fetched again when it comes into view.
    for (const n of this.#parts.keys()) if (n < from || n > to) this.#parts.delete(n);
    await Promise.all(Array.from({ length: to - from + 1 }, (_, i) => this.#fetch(from + i)));
    this.#recount();
  }

  #fetchView(): void {
    const [from, to] = this.#view;
    const last = Math.floor(Math.max(0, this.total - 1) / part);
    for (let n = Math.max(0, Math.floor((from - 20) / part)); n <= Math.min(last, Math.floor((to + 20) / part)); n++) {
      if (!this.#parts.has(n) && !this.#coming.has(n)) void this.#fetch(n);
    }
  }

  async #fetch(n: number, anew = false): Promise<void> {
    const turn = this.#turn;
    const matter = this.#matter;
    this.#coming.add(n);
    try {
      const { documents, total } = await this.client.queryDocuments(matter, { ...this.query, offset: n * part, limit: part });
      if (turn !== this.#turn) return;
      if (anew) this.#parts.clear();
      const kept = this.#leaving.size > 0 ? documents.filter((d) => !this.#leaving.has(d.id) && !this.#leaving.has(d.parent ?? "")) : documents;
      this.#parts.delete(n);
      this.#parts.set(n, kept);
      for (const d of kept) this.#known.set(d.id, d);
      this.total = Math.max(0, total - (documents.length - kept.length));
      this.#forget();
      this.stage = "ready";
      this.problem = "";
      this.#version++;
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.problem = messageOf(cause);
      if (this.#parts.size === 0) this.stage = "failed";
    } finally {
      if (turn === this.#turn) this.#coming.delete(n);
    }
  }

  /** Counts the values to filter by again, soon; many changes cost one count. */
  #recount(): void {
    this.#counting ??= setTimeout(() => {
      this.#counting = undefined;
      void this.#count();
    }, 3 * calm);
  }

  async #count(): Promise<void> {
    const matter = this.#matter;
    try {
      const facets = await this.client.facets(this.#matter, {});
      if (matter === this.#matter) this.facets = facets;
    } catch {
      // The list is of use without its counts; the next change asks again.
    }
  }

  /** Drops the parts that lie farthest from what is on show. */
  #forget(): void {
    if (this.#parts.size <= heldParts) return;
    const middle = (this.#view[0] + this.#view[1]) / 2 / part;
    const far = [...this.#parts.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const n of far.slice(0, this.#parts.size - heldParts)) this.#parts.delete(n);
  }
}
