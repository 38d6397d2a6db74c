import type { Client } from "../api/client";
import type { Document, Hit, Reading } from "../api/types.gen";
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

/** The search of a matter: its words, its filters and what was found. */
export class Search {
  query = $state("");
  kinds = $state<Document["kind"][]>([]);
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
  #turn = 0;

  constructor(private readonly client: Client) {}

  async run(matter: string): Promise<void> {
    const query = this.query.trim();
    const turn = ++this.#turn;
    this.reading = undefined;
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
        ...(this.kinds.length > 0 ? { kinds: [...this.kinds] } : {}),
        ...(this.documents.length > 0 ? { documents: [...this.documents] } : {}),
      });
      if (turn !== this.#turn) return;
      this.hits = hits;
      this.shown = query;
      this.milliseconds = performance.now() - started;
      this.stage = "done";
      this.client.readSearch(matter, query).then(
        (reading) => turn === this.#turn && (this.reading = reading),
        () => undefined, // The hits speak for themselves.
      );
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
    this.kinds = [];
    this.documents = [];
    this.hits = [];
    this.reading = undefined;
    this.recent = [];
    this.stage = "idle";
  }
}
