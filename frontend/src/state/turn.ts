import type { Answer, AskEvent, Error as WireError, Hit, Message, Progress, Sentence } from "../api/types.gen";

/** One question and what became of it so far. */
export interface Turn {
  question: string;
  /** Names of the documents it was limited to; empty for the whole matter. */
  scope: string[];
  stage: "searching" | "writing" | "done" | "stopped" | "failed";
  passages: Hit[];
  /** Documents read so far, of a question about every document. */
  progress?: Progress;
  /** Written but not yet judged. */
  draft: string;
  sentences: Sentence[];
  answer?: Answer;
  error?: WireError;
}

export const asked = (question: string, scope: string[] = []): Turn => ({
  question,
  scope,
  stage: "searching",
  passages: [],
  draft: "",
  sentences: [],
});

/** The turn after one more step of its answer. */
export function after(turn: Turn, event: AskEvent): Turn {
  switch (event.kind) {
    case "started":
      return turn;
    case "passages":
      return { ...turn, stage: "writing", passages: event.passages ?? [] };
    case "progress":
      return event.progress ? { ...turn, progress: event.progress } : turn;
    case "draft":
      return { ...turn, stage: "writing", draft: turn.draft + (event.draft ?? "") };
    case "sentence":
      // What was drafted so far is now judged: the sentence takes its place.
      return event.sentence
        ? { ...turn, stage: "writing", draft: "", sentences: [...turn.sentences, event.sentence] }
        : turn;
    case "final":
      return event.final
        ? { ...turn, stage: "done", draft: "", answer: event.final, sentences: event.final.sentences ?? [] }
        : turn;
    case "error":
      return { ...turn, stage: "failed", draft: "", ...(event.error ? { error: event.error } : {}) };
  }
}

/** The turn after the person, or the connection, ended it early. */
export function stopped(turn: Turn): Turn {
  return turn.stage === "done" || turn.stage === "failed" ? turn : { ...turn, stage: "stopped" };
}

/** The turns of a stored conversation. */
export function fromMessages(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === "user") {
      turns.push({ ...asked(message.text), stage: "stopped" });
      continue;
    }
    const last = turns[turns.length - 1];
    if (!last) continue;
    turns[turns.length - 1] = message.answer
      ? after(last, { kind: "final", final: message.answer })
      : { ...last, stage: "done", sentences: [{ text: message.text, verdict: "unsupported", citations: [] }] };
  }
  return turns;
}
