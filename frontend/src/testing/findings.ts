import type { Document, Feature } from "../api/types.gen";
import { boxesOf, findInPage, type Range } from "../state/anchors";
import type { LaidPage } from "./typeset";

interface Rule {
  kind: string;
  find: RegExp;
  /** What the feature's value is, from the match. */
  value?: (m: RegExpExecArray) => string;
  /** The group of the match that is its text; the whole where there is none. */
  group?: number;
  level?: (m: RegExpExecArray) => number;
  only?: string[];
}

const months = "January|February|March|April|May|June|July|August|September|October|November|December";
const iso = (m: RegExpExecArray) => {
  const n = months.split("|").indexOf(m[1]!) + 1;
  return `${m[3]}-${String(n).padStart(2, "0")}-${m[2]!.padStart(2, "0")}`;
};

const rules: Rule[] = [
  { kind: "heading", find: /^(\d{1,2})\. [A-Z][A-Za-z ]{3,40}$/gm, value: (m) => m[1]!, level: () => 1 },
  { kind: "heading", find: /^(Question|Short answer|Facts|EXAMINATION BY [A-Z. ]+)$/gm, level: () => 1 },
  { kind: "clause", find: /^(\d{1,2}\.\d) [^\n]+(?:\n(?!\n)[^\n]+)*/gm, value: (m) => m[1]!, level: () => 2 },
  { kind: "date", find: new RegExp(`(${months}) (\\d{1,2}), (\\d{4})`, "g"), value: iso },
  { kind: "amount", find: /\$([\d,]+(?:\.\d\d)?)/g, value: (m) => `USD ${m[1]!.replace(/,/g, "")}` },
  { kind: "defined_term", find: /"(Confidential Information|Temperature Range)" means [^.]+\./g, value: (m) => m[1]! },
  { kind: "defined_term", find: /\(the "(Agreement|Effective Date)"\)|\("(Shipper|Carrier)"\)/g, value: (m) => m[1] ?? m[2]! },
  { kind: "exhibit", find: /Exhibit (\d+|[A-Z])\b/g, value: (m) => m[0], level: () => 0 },
  { kind: "signature", find: /(?<=By: )[A-Z][a-z]+ [A-Z][a-z]+/g, value: (m) => m[0] },
  { kind: "question", find: /^Q\. [^\n]+(?:\n(?!\n)[^\n]+)*/gm, only: ["reyes"] },
  { kind: "reply", find: /^A\. [^\n]+(?:\n(?!\n)[^\n]+)*/gm, only: ["reyes"] },
  { kind: "citation", find: /49 U\.S\.C\. § 14706/g, value: (m) => m[0] },
  { kind: "quoted", find: /^On Mon, [^\n]+ wrote:[\s\S]*/gm },
  { kind: "hidden", find: /Compressor noisy under load/g, value: () => "covered", only: ["workorder"] },
];

/** What a document's pages hold, found by a few rules; enough to show the window with. */
export function findingsOf(document: Document, pages: LaidPage[]): Feature[] {
  const out: (Feature & Range)[] = [];
  const put = (kind: string, page: LaidPage["page"], range: Range, value?: string, level?: number) =>
    out.push({
      document: document.id, kind, page: page.number, text: page.text.slice(range.start, range.end).replace(/\s+/g, " "), ...range,
      ...(value ? { value } : {}), ...(level ? { level } : {}), span: { page: page.number, boxes: boxesOf(page, range) },
    });
  for (const { page } of pages) {
    for (const rule of rules) {
      if (rule.only && !rule.only.includes(document.id)) continue;
      for (const m of page.text.matchAll(rule.find)) put(rule.kind, page, { start: m.index, end: m.index + m[0].length }, rule.value?.(m), rule.level?.(m));
    }
    document.parties.forEach((party, i) => {
      const [range] = page.number === 1 ? findInPage(page, party) : [];
      if (range) put("party", page, range, ["Shipper", "Carrier"][i]);
    });
    for (const [i, range] of linesOf(page.text).entries()) {
      if (document.id === "reyes") put("line", page, range, String(i + 1));
    }
    if (document.batesFirst) {
      const n = Number(document.batesFirst.replace(/\D/g, "")) + page.number - 1;
      const value = `${document.batesFirst.replace(/\d/g, "")}${String(n).padStart(6, "0")}`;
      out.push({ document: document.id, kind: "bates", page: page.number, start: page.text.length, end: page.text.length, text: value, value, span: { page: page.number, boxes: [[page.width - 130, page.height - 50, page.width - 60, page.height - 38]] } });
    }
  }
  for (const tracked of tracks[document.id] ?? []) {
    for (const { page } of pages) {
      const [range] = findInPage(page, tracked.text);
      if (range) put(tracked.kind, page, range, tracked.value);
    }
  }
  for (const q of out) {
    if (q.kind !== "question" && q.kind !== "reply") continue;
    const line = out.find((f) => f.kind === "line" && f.page === q.page && f.start <= q.start && f.end > q.start);
    q.value = `${q.page + 46}:${line?.value ?? "1"}`;
  }
  return out.sort((a, b) => a.page - b.page || a.start - b.start).map(({ start: _s, end: _e, ...feature }) => feature);
}

const tracks: Record<string, { kind: string; text: string; value: string }[]> = {
  memo: [
    { kind: "insertion", text: "which is below the cap", value: "A. Lindqvist, 2023-01-12" },
    { kind: "deletion", text: "as consequential damage", value: "R. Halloran, 2023-01-14" },
    { kind: "comment", text: "within the nine months of Section 4.2", value: "R. Halloran, 2023-01-14" },
  ],
};

function linesOf(text: string): Range[] {
  const out: Range[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    if (line !== "") out.push({ start, end: start + line.length });
    start += line.length + 1;
  }
  return out;
}
