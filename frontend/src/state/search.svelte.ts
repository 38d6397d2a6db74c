import type { Client } from "../api/client";
import type { DocumentQuery, Hit, Reading } from "../api/types.gen";
import { messageOf } from "./notices.svelte";
import type { Stop } from "./nav.svelte";

export const stopsOfHits = (hits: Hit[]): Stop[] =>
  hits.map((h, i) => ({
    key: `h${i}`,
    document: h.document,
    name: h.name,
    page: h.page,
    quote: h.text,
    spans: h.matches?.some((m) => m.boxes?.length) ? h.matches : (h.spans ?? []),
  }));

/** How long the typing must pause before a search is explained. */
const pause = 160;

/** The search of a matter: its words, its filters and what was found. */
export class Search {
  query = $state("");
  /** Which documents are searched. */
  filter = $state.raw<DocumentQuery>({});
  documents = $state<string[]>([]);
  hits = $state.raw<Hit[]>([]);
  stage = $state<"idle" | "searching" | "done" | "failed">("idle");
  problem = $state("");
  milliseconds = $state(0);
  /** How the words were understood. */
  reading = $state.raw<Reading | undefined>();
  /** The words that the hits belong to, while newer ones are being typed. */
  shown = $state("");
  /** Searches of this session, newest first. They are kept in memory only. */
  recent = $state<string[]>([]);
  /** Whether the search is limited to some documents. */
  readonly narrowed = $derived(Object.keys(this.filter).length > 0);
  #turn = 0;
  #typed: ReturnType<typeof setTimeout> | undefined;
  #read = "";

  constructor(private readonly client: Client) {}

  /** Says how the words are understood, once the typing pauses. */
  understand(matter: string): void {
    clearTimeout(this.#typed);
    const query = this.query.trim();
    if (query === this.#read && this.reading) return;
    this.#typed = setTimeout(() => void this.#explain(matter, query), query === "" ? 0 : pause);
  }

  async #explain(matter: string, query: string): Promise<void> {
    this.#read = query;
    if (query === "") {
      this.reading = undefined;
      return;
    }
    try {
      const reading = await this.client.readSearch(matter, query);
      if (this.#read === query) this.reading = reading;
    } catch {
      if (this.#read === query) this.reading = undefined; // The hits speak for themselves.
    }
  }

  /** Limits the search; an empty value takes a limit away. */
  narrow(by: DocumentQuery): void {
    const filter: Record<string, unknown> = { ...this.filter, ...by };
    for (const [key, value] of Object.entries(filter)) if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) delete filter[key];
    this.filter = filter as DocumentQuery;
  }

  async run(matter: string): Promise<void> {
    const query = this.query.trim();
    const turn = ++this.#turn;
    if (query === "") {
      this.stage = "idle";
      this.hits = [];
      return;
    }
    this.stage = "searching";
    const started = performance.now();
    try {
      const hits = await this.client.search(matter, {
        query,
        limit: 40,
        ...(this.narrowed ? { filter: this.filter } : {}),
        ...(this.documents.length > 0 ? { documents: [...this.documents] } : {}),
      });
      if (turn !== this.#turn) return;
      this.hits = hits;
      this.shown = query;
      this.milliseconds = performance.now() - started;
      this.stage = "done";
      this.understand(matter);
      this.recent = [query, ...this.recent.filter((q) => q !== query)].slice(0, 12);
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.stage = "failed";
      this.problem = messageOf(cause);
    }
  }

  reset(): void {
    this.#turn++;
    this.query = this.shown = this.problem = "";
    this.filter = {};
    clearTimeout(this.#typed);
    this.#read = "";
    this.documents = [];
    this.hits = [];
    this.reading = undefined;
    this.recent = [];
    this.stage = "idle";
  }
}
