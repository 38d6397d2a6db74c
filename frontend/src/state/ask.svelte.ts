import type { Client } from "../api/client";
import { ClientError } from "../api/client";
import type { Citation, Conversation } from "../api/types.gen";
import type { Notices } from "./notices.svelte";
import { messageOf } from "./notices.svelte";
import type { Stop } from "./nav.svelte";
import { after, asked, fromMessages, stopped, type Turn } from "./turn";

/** The passages of an answer as places to go to. */
export const stopsOf = (turn: number, citations: Citation[]): Stop[] =>
  citations.map((c, i) => ({ key: `t${turn}c${i}`, document: c.document, name: c.name, page: c.page, quote: c.quote, spans: c.spans ?? [] }));

/** The conversation at the right: what was asked, what is being answered. */
export class Ask {
  turns = $state.raw<Turn[]>([]);
  conversation = $state("");
  conversations = $state.raw<Conversation[]>([]);
  draft = $state("");
  /** Ids of the documents that the next question is limited to. */
  scope = $state<string[]>([]);
  /** Id of the expert that is to answer; empty for the best one. */
  expert = $state("");
  /** Told to a screen reader: whole sentences only. */
  spoken = $state("");
  #stop: AbortController | undefined;

  readonly busy = $derived.by(() => {
    const stage = this.turns[this.turns.length - 1]?.stage;
    return stage === "searching" || stage === "writing";
  });

  constructor(
    private readonly client: Client,
    private readonly notices: Notices,
  ) {}

  /** Puts a question to the matter, or to some documents of it, and follows its answer to the end. */
  async put(matter: string, question: string, scopeNames: string[], expert = this.expert, documents = this.scope): Promise<void> {
    const text = question.trim();
    if (text === "" || this.busy) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.draft = "";
    this.turns = [...this.turns, asked(text, scopeNames)];
    const update = (change: (turn: Turn) => Turn) => {
      if (this.#stop === stop) this.turns = [...this.turns.slice(0, -1), change(this.turns[this.turns.length - 1]!)];
    };
    try {
      const request = {
        question: text,
        ...(documents.length > 0 ? { documents: [...documents] } : {}),
        ...(expert ? { expert } : {}),
        ...(this.conversation ? { conversation: this.conversation } : {}),
      };
      for await (const event of this.client.ask(matter, request, stop.signal)) {
        if (stop.signal.aborted) break;
        if (event.kind === "started" && event.conversation && this.#stop === stop) this.conversation = event.conversation;
        if (event.kind === "sentence" && event.sentence) this.spoken = event.sentence.text;
        update((turn) => after(turn, event));
      }
      update(stopped);
    } catch (cause) {
      if (stop.signal.aborted) update(stopped);
      else update((turn) => after(turn, { kind: "error", error: { code: cause instanceof ClientError ? cause.code : "internal", message: messageOf(cause) } }));
    }
    void this.refresh(matter);
  }

  /** Ends the answer that is being written; what stands already stays. */
  cancel(): void {
    this.#stop?.abort();
    const last = this.turns[this.turns.length - 1];
    if (last && this.busy) this.turns = [...this.turns.slice(0, -1), stopped(last)];
  }

  /** Which answer of the conversation a turn has, from 1: questions without one are not kept. */
  numberOf(turn: number): number {
    return this.turns.slice(0, turn + 1).filter((t) => t.stage === "done").length;
  }

  /** Starts an empty conversation. */
  fresh(): void {
    this.cancel();
    this.#stop = undefined;
    this.turns = [];
    this.conversation = "";
  }

  async open(matter: string, conversation: string): Promise<void> {
    this.fresh();
    this.conversation = conversation;
    try {
      const turns = fromMessages(await this.client.messages(matter, conversation));
      if (this.conversation === conversation) this.turns = turns;
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  async remove(matter: string, conversation: string): Promise<void> {
    try {
      await this.client.deleteConversation(matter, conversation);
      if (this.conversation === conversation) this.fresh();
      await this.refresh(matter);
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  async refresh(matter: string): Promise<void> {
    try {
      this.conversations = await this.client.conversations(matter);
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  reset(): void {
    this.fresh();
    this.conversations = [];
    this.scope = [];
    this.expert = "";
    this.draft = "";
  }
}
