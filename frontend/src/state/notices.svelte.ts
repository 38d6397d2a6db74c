import { ClientError } from "../api/client";
import { t } from "../i18n";

/** Something to tell a person that needs no answer. */
export interface Notice {
  id: number;
  tone: "plain" | "warn" | "error";
  text: string;
  action?: { label: string; run: () => void };
}

/** Milliseconds that a plain notice stays; errors stay until they are dismissed. */
const stay = 6000;

/** The notices on show, newest last. */
export class Notices {
  list = $state<Notice[]>([]);
  #next = 1;

  say(text: string, action?: Notice["action"], tone: Notice["tone"] = "plain"): void {
    const notice: Notice = { id: this.#next++, tone, text, ...(action ? { action } : {}) };
    this.list = [...this.list.slice(-3), notice];
    if (tone !== "error") setTimeout(() => this.dismiss(notice.id), stay);
  }

  warn(text: string): void {
    this.say(text, undefined, "warn");
  }

  /** Shows what a person may read of a failure. Cancelling is not a failure. */
  fail(cause: unknown): void {
    if (cause instanceof ClientError && cause.code === "canceled") return;
    this.say(messageOf(cause), undefined, "error");
  }

  dismiss(id: number): void {
    this.list = this.list.filter((n) => n.id !== id);
  }
}

/** The sentence of an error that a person may read. */
export const messageOf = (cause: unknown): string => (cause instanceof ClientError ? cause.message : t.errors.unexpected);
