// How the models of the fake run, and who answers what.
import { ClientError } from "../api/client";
import type { Engine, EngineModel, EngineSample, Expert, Histogram, Ledger, Route, RouteRequest } from "../api/types.gen";

const gib = 1024 ** 3;

/** Buckets that double from 1/64, as the engine counts. */
const histogram = (first: number, counts: number[], mean: number, p50: number, p95: number): Histogram => {
  const bounds = Array.from({ length: 19 }, (_, i) => 2 ** (i - 6));
  return { n: counts.reduce((n, c) => n + c, 0), mean, p50, p95, bounds, counts: Array.from({ length: 20 }, (_, i) => counts[i - first] ?? 0) };
};

/** A minute in which questions come and go. */
const minute = (rate: number): EngineSample[] =>
  Array.from({ length: 60 }, (_, i) => {
    const busy = i % 23 > 6;
    return { tokens: busy ? rate * (0.82 + 0.18 * Math.sin(i / 2.3)) : 0, prompt: i % 23 === 6 ? rate * 9 : 0, running: busy ? 1 + (i > 40 ? 1 : 0) : 0, waiting: i > 52 ? 1 : 0, memoryBytes: 0.41 * gib };
  });

const nothing: Histogram = { n: 0, mean: 0, p50: 0, p95: 0, bounds: [], counts: [] };

const embedder: EngineModel = {
  id: "minilm", name: "all-MiniLM-L6-v2", role: "embedding", status: "ready", device: "built-in encoder, 3 threads", memoryBytes: 0.09 * gib,
  requests: 412, failed: 0, cancelled: 0, refused: 0, running: 0, waiting: 0, tokens: 0, prompt: 96_113, cached: 0, guessed: 0, held: 0,
  firstToken: nothing, between: nothing, decode: nothing, reading: histogram(16, [3, 40, 369], 3_120, 4_096, 4_096), batch: nothing, samples: [],
};

export function engineOf(scene: string): Engine {
  const without = scene === "nomodel";
  const idle = scene === "empty" || scene === "first";
  const chat: EngineModel = {
    id: "smollm2-135m", name: "SmolLM2 135M Instruct", role: "chat", status: idle ? "resting" : "ready", device: "CPU, 3 threads", memoryBytes: idle ? 0 : 0.41 * gib,
    requests: 38, failed: 0, cancelled: 2, refused: 1, running: 2, waiting: 1, tokens: 5_410, prompt: 61_902, cached: 47_115, guessed: 3_212, held: 2_170,
    firstToken: histogram(3, [4, 12, 14, 6, 2], 0.46, 0.5, 2), between: histogram(9, [20, 210, 66, 12, 2], 12.4, 16, 32), decode: histogram(11, [1, 4, 30, 3], 84, 128, 256), reading: histogram(14, [2, 30, 6], 311, 512, 1_024), batch: histogram(7, [220, 80, 10], 1.4, 2, 4),
    samples: minute(84),
  };
  const fresh: EngineModel = { ...chat, requests: 0, cancelled: 0, refused: 0, running: 0, waiting: 0, tokens: 0, prompt: 0, cached: 0, guessed: 0, held: 0, firstToken: nothing, between: nothing, decode: nothing, reading: nothing, batch: nothing, samples: [] };
  return {
    time: "2026-11-24T21:04:00Z", memoryBytes: 15.5 * gib, freeBytes: 6.2 * gib, budgetBytes: 0,
    devices: [{ name: "4 cores", kind: "cpu", memoryBytes: 15.5 * gib, freeBytes: 6.2 * gib }],
    models: without ? [embedder] : [idle ? fresh : chat, embedder],
  };
}

const ledger = (more: Partial<Ledger>): Ledger => ({ uses: 0, refused: 0, failed: 0, p50Ms: 0, p95Ms: 0, right: 0, wrongQuote: 0, missed: 0, weight: 1, ...more });
const greedy = { temperature: 0, topP: 0, topK: 0, maxTokens: 0 };

export function expertsOf(scene: string): Expert[] {
  const without = scene === "nomodel";
  const problem = without ? { ready: false, problem: "SmolLM2 135M Instruct is not installed." } : { ready: true };
  const common = { model: "smollm2-135m", sampling: greedy, ...problem };
  return [
    { ...common, id: "clause", name: "Clause finder", about: "Shows provisions as they stand.", kinds: ["clause", "fact"], retrieval: "passages", prompt: "Answer with the words of the passages, and cite each.", ledger: ledger({ uses: 21, p50Ms: 640, p95Ms: 1_900, right: 5, wrongQuote: 1, weight: 1.08 }) },
    { ...common, id: "survey", name: "Whole file", about: "Asks every document the same and lists what each says.", kinds: ["whole", "comparison"], retrieval: "survey", ledger: ledger({ uses: 7, refused: 1, p50Ms: 2_400, p95Ms: 6_100, right: 2, missed: 1, weight: 0.97 }) },
    { ...common, id: "time", name: "Chronology", about: "Puts dated events in order.", kinds: ["chronology"], retrieval: "chronology", ledger: ledger({ uses: 3, p50Ms: 900, p95Ms: 1_200 }) },
    { ...common, id: "quotations", name: "Quotations alone", about: "Answers with passages and without a model. It is last in every chain.", kinds: [], model: "", retrieval: "passages", ready: true, ledger: ledger({ uses: 4, p50Ms: 110, p95Ms: 240 }) },
  ].map((e) => (e.id === "quotations" ? { ...e, problem: undefined } : e)).map(({ problem: p, ...e }) => (p ? { ...e, problem: p } : e)) as Expert[];
}

/** Which of the fake's experts answers a question: two words decide. */
export function routeOf(scene: string, { question, expert }: RouteRequest): Route {
  const all = expertsOf(scene);
  const kind = /\b(which document|each|every)\b/i.test(question) ? "whole" : /\b(when|order|timeline)\b/i.test(question) ? "chronology" : "clause";
  const natural = all.find((e) => e.kinds.includes(kind))!;
  const wanted = expert ? all.find((e) => e.id === expert) : natural;
  if (!wanted) throw new ClientError("not_found", "There is no such expert.");
  const last = all.find((e) => e.id === "quotations")!;
  const answers = wanted.ready ? wanted : last;
  const rest = { whole: ["comparison", "fact"], chronology: ["fact", "clause"], clause: ["fact", "summary"] }[kind];
  const steps = [...new Set([wanted, last])].map((e) => ({
    expert: e.id, name: e.name, state: e === answers ? ("answers" as const) : e.ready ? ("behind" as const) : ("skipped" as const), ...(e.problem ? { problem: e.problem } : {}),
  }));
  return {
    kind, confidence: 0.86, expert: answers.id, name: answers.name, model: answers.model, chosen: Boolean(expert), steps,
    why: expert ? ["You chose it."] : [`It was taken for a question about ${{ whole: "every document", chronology: "the order of events", clause: "a provision" }[kind]} (86 %).`, ...(answers === natural ? [] : ["Its model is not installed, so the next in the chain answers."])],
    scores: [{ kind, share: 0.86 }, { kind: rest[0]!, share: 0.08 }, { kind: rest[1]!, share: 0.03 }],
  };
}
