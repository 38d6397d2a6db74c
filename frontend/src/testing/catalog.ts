import type { Document, DocumentList, DocumentQuery, Facet, Facets } from "../api/types.gen";

type Key = { key: string; document: Document };

/** Answers queries over documents as the store does, remembering the last one: the list asks for part after part. */
export class Catalog {
  #last = "";
  #found: Document[] = [];
  /** All documents in the order of names, families together, and the list they were sorted from. */
  #sorted: Document[] = [];
  #of: readonly Document[] = [];
  #length = -1;

  /** What documents say has changed: the next query looks at them anew. */
  changed(): void {
    this.#last = "";
  }

  query(documents: readonly Document[], { offset = 0, limit = 1000, ...query }: DocumentQuery): DocumentList {
    const found = this.#select(documents, query);
    return { documents: found.slice(offset, offset + Math.min(limit, 1000)).map((d) => ({ ...d })), total: found.length };
  }

  facets(documents: readonly Document[], query: DocumentQuery): Facets {
    const found = this.#select(documents, query);
    const count = (of: (d: Document) => string | undefined): Facet[] => {
      const counts = new Map<string, number>();
      for (const d of found) {
        const value = of(d);
        if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
    };
    return { kinds: count((d) => d.kind), types: count((d) => d.type), statuses: count((d) => d.status), languages: count((d) => d.language), custodians: count((d) => d.custodian) };
  }

  #select(documents: readonly Document[], query: DocumentQuery): Document[] {
    if (documents !== this.#of || documents.length !== this.#length) {
      this.#sorted = byFamily(documents);
      this.#of = documents;
      this.#length = documents.length;
      this.#last = "";
    }
    const key = JSON.stringify(query);
    if (key === this.#last) return this.#found;
    const words = (query.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const family = query.family ? familyOf(this.#sorted, query.family) : undefined;
    const found = this.#sorted.filter((d) => passes(d, query, words) && (!family || family.has(d.id)));
    const ordered = query.sort ? bySort(found, query) : query.descending ? backwards(found) : found;
    // A look at one document does not displace the list.
    if (!query.family) [this.#last, this.#found] = [key, ordered];
    return ordered;
  }
}

function passes(d: Document, q: DocumentQuery, words: string[]): boolean {
  const one = (wanted: string[] | undefined, value: string | undefined) => !wanted?.length || wanted.includes(value ?? "");
  if (!one(q.kinds, d.kind) || !one(q.types, d.type) || !one(q.statuses, d.status)) return false;
  if (!one(q.languages, d.language) || !one(q.custodians, d.custodian)) return false;
  if (q.from && (d.date ?? "") < q.from) return false;
  if (q.to && (!d.date || d.date.slice(0, q.to.length) > q.to)) return false;
  if (q.bates) {
    const n = q.bates.toUpperCase();
    if (!d.batesFirst || d.batesFirst.length !== n.length || d.batesFirst > n || (d.batesLast ?? "") < n) return false;
  }
  if (q.sender && !`${d.mail?.from ?? ""} ${d.author ?? ""}`.toLowerCase().includes(q.sender.toLowerCase())) return false;
  if (q.thread && d.thread !== q.thread) return false;
  if (q.similar && d.similar !== q.similar && d.id !== q.similar) return false;
  if ((q.outer && d.parent) || (q.distinct && d.duplicate) || (q.scanned && d.ocrPages === 0)) return false;
  if (q.unread && d.status !== "needs_you" && !(d.status === "ready" && d.pagesRead < d.pages) && !d.losses?.length) return false;
  if (words.length === 0) return true;
  const text = `${d.name} ${d.title ?? ""} ${d.parties.join(" ")} ${d.mail ? `${d.mail.from} ${d.mail.subject}` : ""}`.toLowerCase();
  return words.every((w) => text.includes(w));
}

function familyOf(documents: readonly Document[], root: string): Set<string> {
  const family = new Set([root]);
  // Attachments follow what holds them.
  for (const d of documents) if (d.parent && family.has(d.parent)) family.add(d.id);
  return family;
}

function bySort(found: Document[], q: DocumentQuery): Document[] {
  const of: Record<string, (d: Document) => string> = {
    date: (d) => d.date ?? "",
    type: (d) => d.type ?? "",
    added: (d) => d.added,
    pages: (d) => String(d.pages).padStart(9, "0"),
    bates: (d) => d.batesFirst ?? "",
  };
  const sign = q.descending ? -1 : 1;
  const keyed = found.map((document): Key => ({ key: (of[q.sort ?? ""] ?? (() => ""))(document), document }));
  return keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.document.name < b.document.name ? -1 : 1)).map((k) => k.document);
}

/** In the order of names, attachments behind what holds them. */
function byFamily(all: readonly Document[]): Document[] {
  const children = new Map<string, Document[]>();
  const ids = new Set(all.map((d) => d.id));
  const outer: Document[] = [];
  for (const d of all) {
    if (!d.parent || !ids.has(d.parent)) outer.push(d);
    else children.set(d.parent, [...(children.get(d.parent) ?? []), d]);
  }
  const named = (list: Document[]) => list.map((document): Key => ({ key: document.name.toLowerCase(), document })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map((k) => k.document);
  const out: Document[] = [];
  const put = (d: Document) => {
    out.push(d);
    for (const child of named(children.get(d.id) ?? [])) put(child);
  };
  for (const d of named(outer)) put(d);
  return out;
}

/** The other way round, families together. */
function backwards(found: readonly Document[]): Document[] {
  const families: Document[][] = [];
  for (const d of found) {
    if (d.parent && families.length > 0) families.at(-1)!.push(d);
    else families.push([d]);
  }
  return families.reverse().flat();
}
