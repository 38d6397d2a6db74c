import type { Box, Document, Feature } from "../api/types.gen";
import type { t as words } from "../i18n";
import type { Stop } from "./nav.svelte";

/** A group of what was recognised in a document, as the side of the reader lists it. */
export interface Section {
  id: keyof typeof words.inside;
  items: Feature[];
}

/** The sections in their order, and the kinds of feature that each holds. */
const order: [Section["id"], string[]][] = [
  ["hidden", ["hidden"]],
  ["outline", ["heading", "clause"]],
  ["parties", ["party"]],
  ["dates", ["date"]],
  ["amounts", ["amount"]],
  ["terms", ["defined_term"]],
  ["exhibits", ["exhibit"]],
  ["signatures", ["signature"]],
  ["changes", ["insertion", "deletion"]],
  ["comments", ["comment"]],
  ["fields", ["field"]],
  ["transcript", ["question", "reply"]],
  ["citations", ["citation"]],
  ["footnotes", ["footnote"]],
  ["bates", ["bates"]],
];

/** Sections whose repeated values show once: the first place stands for all. */
const once = new Set(["parties", "dates", "amounts", "terms", "exhibits", "citations"]);

/** The sections of a document that have something in them. */
export function sectionsOf(features: readonly Feature[]): Section[] {
  const out: Section[] = [];
  // What a failed redaction left comes first; white or tiny text is mostly a printer's mark.
  const failed = features.some((f) => f.kind === "hidden" && f.value === "covered");
  const sorted = failed ? order : [...order.slice(1), order[0]!];
  for (const [id, kinds] of sorted) {
    let items = features.filter((f) => kinds.includes(f.kind));
    if (id === "outline") items = outlineOf(items);
    if (once.has(id)) items = firsts(items);
    if (items.length > 0) out.push({ id, items });
  }
  return out;
}

/** Headings, and the clauses that have none. A clause is named by its first line. */
function outlineOf(items: readonly Feature[]): Feature[] {
  const place = (f: Feature) => `${f.page} ${f.span.boxes?.[0]?.[1] ?? 0}`;
  const headed = new Set(items.filter((f) => f.kind === "heading").map(place));
  const numbers = new Map(items.filter((f) => f.kind === "clause").map((f) => [place(f), f]));
  return items
    .filter((f) => f.kind === "heading" || !headed.has(place(f)))
    .map((f) => (f.kind === "clause" ? { ...f, text: firstLine(f.text) } : { ...f, level: numbers.get(place(f))?.level ?? f.level ?? 1 }));
}

const firstLine = (text: string): string => {
  const line = text.split("\n", 1)[0]!.trim();
  return line.length > 90 ? `${line.slice(0, 88).replace(/\s+\S*$/, "")} …` : line;
};

const keyOf = (f: Feature) => (f.kind === "party" ? f.text : f.value || f.text).toLowerCase();

/** The first feature of each value. An exhibit begins where its level says so, wherever it is named before. */
function firsts(items: readonly Feature[]): Feature[] {
  const seen = new Map<string, Feature>();
  for (const f of items) {
    const before = seen.get(keyOf(f));
    if (!before || (f.kind === "exhibit" && f.level === 1 && before.level !== 1)) seen.set(keyOf(f), f);
  }
  return [...seen.values()];
}

/** All places of a feature's value, in reading order. */
export const placesOf = (features: readonly Feature[], of: Feature): Feature[] => features.filter((f) => f.kind === of.kind && keyOf(f) === keyOf(of));

/** Features as places to go to. */
export const stopsOfFeatures = (document: Pick<Document, "id" | "name">, features: readonly Feature[]): Stop[] =>
  features.map((f, i) => ({ key: `i${f.kind}${i}`, document: document.id, name: document.name, page: f.page, quote: f.text, spans: [f.span] }));

/** Where one is in an outline: the last heading that begins at or above a place. -1 before the first. */
export function headingAt(outline: readonly Feature[], page: number, y: number): number {
  let at = -1;
  for (const [i, f] of outline.entries()) {
    if (f.page > page || (f.page === page && (f.span.boxes?.[0]?.[1] ?? 0) > y)) break;
    at = i;
  }
  return at;
}

/** How a place is cited beyond its page: by lines, by the page's own number, by Bates number. */
export interface Pin {
  /** Page and lines of a transcript: "47:12-18". */
  lines?: string;
  bates?: string;
}

/**
 * The pin of a place on a page. Lines count where the document is a transcript
 * or on numbered paper; the page number of a transcript is its own.
 */
export function pinOf(features: readonly Feature[], page: number, boxes: readonly Box[] = []): Pin {
  const here = features.filter((f) => f.page === page);
  const bates = here.find((f) => f.kind === "bates")?.value;
  const pin: Pin = bates ? { bates } : {};
  const own = here.filter((f) => (f.kind === "question" || f.kind === "reply") && /^\d+:\d+$/.test(f.value ?? ""));
  if (own.length === 0 || boxes.length === 0) return pin;
  const under = here.filter((f) => f.kind === "line" && f.span.boxes?.some((line) => boxes.some((b) => (b[1] + b[3]) / 2 > line[1] && (b[1] + b[3]) / 2 < line[3])));
  const top = Math.min(...boxes.map((b) => b[1]));
  const nearest = own.findLast((f) => (f.span.boxes?.[0]?.[1] ?? 0) <= top + 2) ?? own[0]!;
  const [number, start] = nearest.value!.split(":") as [string, string];
  const lines = under.map((f) => Number(f.value)).filter((n) => n > 0);
  if (lines.length === 0) return { ...pin, lines: `${number}:${start}` };
  const [first, last] = [Math.min(...lines), Math.max(...lines)];
  return { ...pin, lines: `${number}:${first === last ? first : `${first}-${last}`}` };
}
