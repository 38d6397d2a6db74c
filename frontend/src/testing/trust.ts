import { ClientError } from "../api/client";
import type { TrustClient } from "../api/trust";
import type { Fixture } from "./casefile";
import type { Answer, Citation, Event, Feedback, Hit, Message, Quality, QualityDay, Reading, Replay, SelfCheck, SelfChecks, Trace } from "../api/types.gen";

/** A turn that was answered. */
type Answered = Message & { answer: Answer };

interface Thread {
  id: string;
  matter: string;
  messages: Message[];
}

const gone = () => new ClientError("not_found", "This answer is no longer there.");

/** The days before today that the fake makes up, so that there is a course to see. */
function earlier(today: string): QualityDay[] {
  const days: QualityDay[] = [];
  const date = new Date(`${today}T00:00:00Z`);
  for (let back = 24; back >= 1; back -= 3) {
    const day = new Date(date.getTime() - back * 86_400_000).toISOString().slice(0, 10);
    const answers = 5 + ((back * 7) % 6);
    days.push({
      day, model: back > 12 ? "" : "SmolLM2 135M", answers, refused: back % 4, empty: back % 2, sentences: answers * 3, altered: back > 12 ? 3 : 1, unsupported: back > 12 ? 2 : back % 2,
      right: 2, wrongQuote: 0, missed: back % 5 === 0 ? 1 : 0, repairs: back % 3, unread: back > 15 ? 3 : 0, failed: back === 6 ? 1 : 0, ended: back === 6 ? 1 : 0, medianMs: 400 + back * 12,
    });
  }
  return days;
}

const checkOf = (taken: string, model: string): SelfCheck => ({
  taken, version: "0.9.0", processor: "Example 8-core", embedding: "all-MiniLM-L6-v2", ...(model ? { model } : {}), questions: 48,
  rates: [
    { name: "found", right: 34, of: 36, least: 0.819, most: 0.985 },
    { name: "answered", right: 35, of: 36, least: 0.858, most: 0.995 },
    { name: "precision", right: 41, of: 52, least: 0.66, most: 0.876 },
    { name: "refused", right: 11, of: 12, least: 0.646, most: 0.985 },
    { name: "verbatim", right: 52, of: 52, least: 0.931, most: 1 },
  ],
  medianMs: 210, slowMs: 640,
  failed: [{ question: "Which canon of construction did the court apply to the catch-all provision in Gift Surplus?", problem: "The place where the answer stands was not among the first eight passages." }],
});

/** The part of the fake that keeps how answers turned out. */
export function fakeTrust(threads: Map<string, Thread>, push: (event: Event) => void): TrustClient {
  const said = new Map<string, Feedback>();
  const answered = (t: Thread) => t.messages.filter((m): m is Answered => m.answer !== undefined);
  const find = (created: string) => [...threads.values()].flatMap((t) => t.messages.map((m, i) => ({ t, m, i }))).find(({ m }) => m.answer && m.created === created);
  const checks: SelfChecks = { running: false, progress: { done: 0, total: 0 }, checks: [checkOf("2026-11-20T09:00:00Z", "")] };

  return {
    sayOfAnswer: async (_matter, feedback) => {
      if (find(feedback.created)?.t.id !== feedback.conversation) throw new ClientError("not_found", "There is no such answer.");
      said.set(feedback.created, feedback);
    },
    quality: async (matter): Promise<Quality> => {
      const mine = [...threads.values()].filter((t) => t.matter === matter);
      const answers = mine.flatMap(answered);
      if (answers.length === 0) return { days: [], entries: [], stages: [], experts: [] };
      const today = answers[answers.length - 1]!.created.slice(0, 10);
      const says = (what: string) => answers.filter((m) => said.get(m.created)?.says === what).length;
      const sentences = answers.flatMap((m) => m.answer.sentences);
      const entries = mine.flatMap((t) =>
        answered(t).flatMap((m) => {
          const count = (verdict: string) => m.answer.sentences.filter((s) => s.verdict === verdict).length;
          const word = said.get(m.created)?.says ?? "";
          const entry = {
            id: `o-${m.created}`, conversation: t.id, question: t.messages[t.messages.indexOf(m) - 1]?.text ?? "", created: m.created, model: m.answer.model ?? "", refused: m.answer.refused, empty: false, ended: false,
            altered: count("altered"), unsupported: count("unsupported"), repairs: 0, unread: m.answer.unread, stages: [], says: word, totalMs: m.answer.totalMs,
          };
          return entry.altered + entry.unsupported > 0 || (word !== "" && word !== "right") ? [entry] : [];
        }),
      );
      return {
        days: [
          ...(mine.some((t) => t.id === "c1") ? earlier(today) : []),
          {
            day: today, model: "SmolLM2 135M", answers: answers.length, refused: answers.filter((m) => m.answer.refused).length, empty: 0, sentences: sentences.length,
            altered: sentences.filter((s) => s.verdict === "altered").length, unsupported: sentences.filter((s) => s.verdict === "unsupported").length,
            right: says("right"), wrongQuote: says("wrong_quote"), missed: says("missed"), repairs: 0, unread: answers.length, failed: 0, ended: 0, medianMs: 2140,
          },
        ],
        entries: entries.reverse(),
        stages: mine.some((t) => t.id === "c1") ? [{ stage: "write", code: "crashed", count: 1 }, { stage: "search", code: "disk_full", count: 1 }] : [],
        experts: [{ expert: "", answers: answers.length, refused: 0, wrong: entries.length, right: says("right") }],
      };
    },
    replay: async (_matter, id): Promise<Replay> => {
      const found = find(id.slice(2));
      if (!found) throw gone();
      const before = found.m.answer!;
      const after: Answer = { ...before, pages: before.pages + 4, citations: before.citations.slice(1), sentences: before.sentences.slice(1) };
      const lost = before.citations[0];
      return {
        question: found.t.messages[found.i - 1]?.text ?? "", asked: found.m.created, before, after, same: false,
        differences: [
          { part: "searched", text: "The matter is not what it was: other pages were searched.", before: `pages: ${before.pages}`, after: `pages: ${after.pages}` },
          ...(lost ? [{ part: "evidence" as const, text: `A quotation from ${lost.name}, page ${lost.page}, is no longer there.`, before: lost.quote }] : []),
        ],
      };
    },
    selfChecks: async () => ({ ...checks, progress: { ...checks.progress }, checks: [...checks.checks] }),
    startSelfCheck: async () => {
      checks.running = true;
      checks.progress = { done: 0, total: 48 };
      push({ kind: "selfcheck" });
      const step = () => {
        if (!checks.running) return;
        checks.progress.done += 6;
        if (checks.progress.done >= 48) {
          checks.running = false;
          checks.checks.unshift(checkOf("2026-11-25T10:00:00Z", "SmolLM2 135M"));
        } else setTimeout(step, 60);
        push({ kind: "selfcheck" });
      };
      setTimeout(step, 60);
    },
    stopSelfCheck: async () => {
      checks.running = false;
      push({ kind: "selfcheck" });
    },
  };
}

/** A question that can mean several documents, asked back. */
export function askedBack(scope: Fixture[]): Pick<Answer, "text" | "sentences" | "choices"> {
  const question = "Which document do you mean?";
  const options = scope.slice(0, 3).map((f) => ({ label: f.document.title ?? f.document.name, detail: f.document.date ?? "", question: "What is the notice period for termination?", documents: [f.document.id] }));
  return { text: question, sentences: [], choices: { question, options } };
}

/** What an answer holds besides its sentences, where the question asks for it. */
export function findingsOf(question: string, citations: Citation[]): Partial<Answer> {
  if (citations.length < 3) return {};
  if (/differ/i.test(question)) return { contradictions: [{ topic: "days until termination", sides: [{ value: "fifteen (15) days", citation: 0, date: "2021-03-01" }, { value: "sixty (60) days", citation: 1, date: "2022-09-30" }] }] };
  if (/chronolog/i.test(question)) return { chronology: [{ date: "2022-08-22", text: "Defendant notifies plaintiff.", citation: 2 }, { date: "2022-09-30", text: "Halloran gives notice of termination.", citation: 1 }] };
  return { computation: { text: "August 22, 2022 − August 16, 2022 = 6 days", result: "6 days", operands: [{ value: "August 22, 2022", citation: 2 }, { value: "August 16, 2022", citation: -1 }] } };
}

/** How the fake says that an answer came about. */
export function traceOf(question: string, scope: Fixture[], found: Hit[], citations: Citation[]): Trace {
  const documents = [...new Set(found.map((h) => h.document))].slice(0, 6);
  const quoted = (h: Hit) => citations.some((c) => c.document === h.document && h.text.includes(c.quote));
  return {
    query: question, topics: ["termination"], names: ["Halloran"], wanted: "a duration", repairs: 1,
    searches: [{ text: question, documents: 0, found: found.length, why: "The question as it was asked." }],
    documents: documents.map((document, i) => ({ document, name: scope.find((f) => f.document.id === document)?.document.name ?? document, passages: found.filter((h) => h.document === document).length, named: i === 0, read: i < 3 })),
    passages: found.slice(0, 8).map((h) => ({ document: h.document, name: h.name, page: h.page, text: h.text.slice(0, 200), why: h.why, cited: quoted(h), ...(quoted(h) ? {} : { aside: "A sentence of it bears on the question, and others bear on it more." }) })),
    checks: citations.map((_, i) => `Sentence ${i + 1} against [${i + 1}]: Compared were the number 60, and its other words.`),
    failures: [],
  };
}

/** How the fake reads a search: enough of the language to show its explanation. */
export function readingOf(query: string): Reading {
  const word = /\b(carier|temprature|liabilty)\b/i.exec(query)?.[0];
  const instead = { carier: "carrier", temprature: "temperature", liabilty: "liability" }[word?.toLowerCase() ?? ""];
  const operators = / AND | OR | w\/\d+ |\*/.test(query);
  const parts: Reading["parts"] = [];
  const problems: string[] = [];
  const bad = /\btype:(\w+)/.exec(query)?.[1];
  if (operators) {
    if (/ AND /.test(query)) parts.push({ text: "AND", says: "All of these:", depth: 0 });
    for (const piece of query.split(/ AND | OR /)) {
      const near = /^(.+) w\/(\d+) (.+)$/.exec(piece.trim());
      const field = /^type:(\w+)$/.exec(piece.trim())?.[1];
      if (near) parts.push({ text: piece, says: `“${near[1]!.replace(/"/g, "")}” within ${near[2]} words of “${near[3]!.replace(/"/g, "")}”.`, depth: 1 });
      else if (field && field !== "contract") parts.push({ text: piece, says: `There is no type of document called "${field}". It was looked for in names and titles.`, depth: 1, bad: true });
      else if (field) parts.push({ text: piece, says: "Only documents of the type “contract”.", depth: 1 });
      else parts.push({ text: piece, says: `The word “${piece.trim()}” in any of its forms.`, depth: 1 });
    }
  } else if (query.trim()) {
    parts.push({ text: query.trim(), says: "Passages about this, the best first.", depth: 0 });
  }
  if (bad && bad !== "contract") problems.push(`There is no type of document called "${bad}". It was looked for in names and titles.`);
  if ((query.match(/\(/g) ?? []).length > (query.match(/\)/g) ?? []).length) problems.push("A bracket is not closed. It was closed at the end.");
  return { parts, problems, suggestions: word && instead ? [{ word, instead }] : [], ...(operators ? { operators: query } : {}) };
}
