import type { Citation } from "../api/types.gen";
import type { Pin } from "./inside";

/** How a page is cited: its own label where it has one, else its number. */
export const pageLabel = (page: number, label?: string): string => (label ? label : String(page));

/** Where a citation or a hit stands, as the program cites it: by Bates number, line or page. */
export const placeOf = (at: { page: number; place?: string }): string => at.place || `page ${at.page}`;

/** The same behind "at": without the word for the page. */
const atOf = (at: { page: number; place?: string }): string => placeOf(at).replace(/^pages? /, "");

/** A file's name without its extension, as one would cite it. */
export const shortName = (name: string): string => name.replace(/\.(pdf|docx?|rtf|xlsx?|pptx?|html?|eml|msg|txt|md|tiff?|png|jpe?g)$/i, "");

/** Text on one line: white space folded, and a word that a line end had split put together. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** A text without the quotation marks around the whole of it. */
export const unquoted = (text: string): string => /^[“"]([^“”"]*)[”"]$/.exec(oneLine(text))?.[1] ?? oneLine(text);

/** Whether a sentence is nothing but a quotation: it is set as one. */
export const isQuotation = (text: string, quotes: readonly string[]): boolean =>
  /^[“"].*[”"]$/.test(oneLine(text)) || quotes.some((q) => oneLine(q) === oneLine(text));

/** A text in two: the last word apart, so that what follows it stays on its line. */
export function lastWordApart(text: string): [string, string] {
  const at = text.lastIndexOf(" ") + 1;
  return [text.slice(0, at), text.slice(at)];
}

/** A quotation with its source, as it goes into a brief: by page and line where the source has lines, with its Bates number. */
export function legalForm(citation: Pick<Citation, "name" | "page" | "quote">, label?: string, pin: Pin = {}): string {
  const quote = oneLine(citation.quote).replace(/[“”]/g, '"').replace(/"/g, "'");
  return `“${quote}” ${shortName(citation.name)}, at ${pin.lines ?? pageLabel(citation.page, label)}${pin.bates && pin.bates !== label ? ` (${pin.bates})` : ""}.`;
}

/** A sentence with its sources: “Sentence. (Agreement, at 3; Complaint, at 2.)” */
export function sentenceWithSources(text: string, citations: Pick<Citation, "name" | "page" | "place">[]): string {
  const sources = [...new Set(citations.map((c) => `${shortName(c.name)}, at ${atOf(c)}`))];
  return sources.length === 0 ? oneLine(text) : `${oneLine(text)} (${sources.join("; ")}.)`;
}

/** A piece of a comparison: what both have, what only the sentence has, what only the source has. */
export interface Difference {
  kind: "same" | "added" | "missing";
  text: string;
}

/**
 * Compares a sentence with its source word by word. Long stretches of the
 * source before and after what the two share are left out.
 */
export function difference(sentence: string, source: string): Difference[] {
  const a = oneLine(sentence).split(" ").slice(0, 400);
  const b = oneLine(source).split(" ").slice(0, 400);
  const key = (w: string) => w.toLowerCase().replace(/^[^\p{L}\p{N}$§]+|[^\p{L}\p{N}%)]+$/gu, "");
  const n = a.length;
  const m = b.length;
  const longest = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[i]![j] = key(a[i]!) === key(b[j]!) ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const out: Difference[] = [];
  const add = (kind: Difference["kind"], word: string) => {
    const last = out[out.length - 1];
    if (last?.kind === kind) last.text += ` ${word}`;
    else out.push({ kind, text: word });
  };
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && key(a[i]!) === key(b[j]!)) {
      add("same", b[j]!);
      i++;
      j++;
    } else if (j < m && (i === n || longest[i]![j + 1]! >= longest[i + 1]![j]!)) {
      add("missing", b[j++]!);
    } else {
      add("added", a[i++]!);
    }
  }
  return out;
}
