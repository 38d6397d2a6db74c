import type { ModelPart } from "./models.svelte";
import type { PageSpan } from "../api/types.gen";
import { back, began, canBack, canForward, forward, here, replaced, went, without, type History } from "./history";

/** What the middle of the window shows. */
export type View =
  | { kind: "home" }
  | { kind: "document"; document: string; page: number }
  | { kind: "documents" }
  | { kind: "compare"; a: string; b: string }
  | { kind: "search" }
  | { kind: "models"; part: ModelPart }
  | { kind: "settings" };

/** A passage to go to: a citation of an answer, or a hit of a search. */
export interface Stop {
  key: string;
  document: string;
  name: string;
  page: number;
  quote: string;
  spans: PageSpan[];
}

const same = (a: View, b: View): boolean =>
  a.kind === b.kind &&
  (a.kind !== "document" || (a.document === (b as typeof a).document && a.page === (b as typeof a).page)) &&
  (a.kind !== "models" || a.part === (b as typeof a).part) &&
  (a.kind !== "compare" || (a.a === (b as typeof a).a && a.b === (b as typeof a).b));

/** Where one is, where one was, which documents are open, and the passages one walks along. */
export class Nav {
  history = $state.raw<History<View>>(began<View>({ kind: "home" }));
  tabs = $state<string[]>([]);
  /** The passages that next and previous walk along. */
  trail = $state.raw<Stop[]>([]);
  at = $state(-1);
  /** Grows when the reader is to scroll to a place, even to the same one again. */
  jump = $state(0);

  readonly view = $derived(here(this.history));
  readonly canBack = $derived(canBack(this.history));
  readonly canForward = $derived(canForward(this.history));
  readonly stop = $derived(this.trail[this.at]);

  go(view: View): void {
    if (view.kind === "document" && !this.tabs.includes(view.document)) this.tabs.push(view.document);
    this.history = went(this.history, view, same);
    this.jump++;
  }

  /** Notes the page that scrolling has reached, without a new place in the history. */
  scrolled(page: number): void {
    const view = this.view;
    if (view.kind === "document" && view.page !== page) this.history = replaced<View>(this.history, { ...view, page });
  }

  back(): void {
    this.#move(back(this.history));
  }

  forward(): void {
    this.#move(forward(this.history));
  }

  #move(history: History<View>): void {
    if (history === this.history) return;
    this.history = history;
    const view = here(history);
    if (view.kind === "document" && !this.tabs.includes(view.document)) this.tabs.push(view.document);
    this.at = -1;
    this.jump++;
  }

  /** Goes to a passage of a list; next and previous then walk along that list. */
  follow(trail: Stop[], at: number): void {
    const stop = trail[at];
    if (!stop) return;
    this.trail = trail;
    this.at = at;
    this.go({ kind: "document", document: stop.document, page: stop.page });
  }

  /** Lays out passages to walk along, without going to any of them yet. */
  lay(trail: Stop[]): void {
    this.trail = trail;
    this.at = -1;
  }

  step(by: 1 | -1): void {
    if (this.trail.length === 0) return;
    const from = this.at < 0 ? (by > 0 ? -1 : 0) : this.at;
    this.follow(this.trail, (from + by + this.trail.length) % this.trail.length);
  }

  close(document: string): void {
    const at = this.tabs.indexOf(document);
    if (at < 0) return;
    this.tabs.splice(at, 1);
    const view = this.view;
    if (view.kind === "document" && view.document === document) {
      const next = this.tabs[Math.min(at, this.tabs.length - 1)];
      this.at = -1;
      this.go(next ? { kind: "document", document: next, page: 1 } : { kind: "home" });
    }
  }

  /** Forgets a document that is no longer in the matter. */
  forget(document: string): void {
    this.close(document);
    this.trail = this.trail.filter((s) => s.document !== document);
    this.at = -1;
    const about = (v: View) => (v.kind === "document" && v.document === document) || (v.kind === "compare" && (v.a === document || v.b === document));
    this.history = without<View>(this.history, about, { kind: "home" });
  }

  reset(): void {
    this.history = began<View>({ kind: "home" });
    this.tabs = [];
    this.trail = [];
    this.at = -1;
  }
}
