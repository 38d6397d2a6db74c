import type { Answer, Citation, Hit, Sentence, SurveyRow } from "../api/types.gen";
import { boxesOf, findInPage } from "../state/anchors";
import type { Fixture } from "./casefile";
import { askedBack, findingsOf, traceOf } from "./trust";
import type { LaidPage } from "./typeset";

type Pages = (document: string) => LaidPage[];

interface Draft {
  when: RegExp;
  sentences: { text: string; verdict: Sentence["verdict"]; note?: string; quotes: [document: string, quote: string][] }[];
}

const drafts: Draft[] = [
  {
    when: /differ|chronolog|how many days/i,
    sentences: [
      { text: "The agreement lets either party leave for a breach that is not cured within fifteen (15) days.", verdict: "supported", quotes: [["agreement", "Either party may terminate this Agreement immediately upon written notice if the other party commits a material breach and fails to cure such breach within fifteen (15) days after receipt of written notice thereof."]] },
      { text: "Halloran Foods, Inc. hereby gives notice of termination, effective sixty (60) days from your receipt of this letter.", verdict: "verbatim", quotes: [["notice", "Halloran Foods, Inc. hereby gives notice of termination, effective sixty (60) days from your receipt of this letter."]] },
      { text: "Defendant did not notify plaintiff until August 22, 2022, six days after it learned of the failure.", verdict: "verbatim", quotes: [["complaint", "Defendant did not notify plaintiff until August 22, 2022, six days after it learned of the failure."]] },
    ],
  },
  {
    when: /notice period|terminat/i,
    sentences: [
      { text: "Either party may terminate this Agreement for convenience upon sixty (60) days' prior written notice to the other party.", verdict: "verbatim", quotes: [["agreement", "Either party may terminate this Agreement for convenience upon sixty (60) days' prior written notice to the other party."]] },
      { text: "For a material breach the agreement may be ended at once, if the breach is not cured within fifteen (15) days after written notice.", verdict: "supported", quotes: [["agreement", "Either party may terminate this Agreement immediately upon written notice if the other party commits a material breach and fails to cure such breach within fifteen (15) days after receipt of written notice thereof."]] },
      { text: "Halloran gave notice of termination on September 30, 2022, effective ninety (90) days from receipt.", verdict: "altered", note: "The letter says “sixty (60) days”, not “ninety (90) days”.", quotes: [["notice", "Halloran Foods, Inc. hereby gives notice of termination, effective sixty (60) days from your receipt of this letter."]] },
      { text: "Meridian accepted the termination in writing.", verdict: "unsupported", note: "Nothing in the file says so.", quotes: [] },
    ],
  },
  {
    when: /limit|liabil|cap/i,
    sentences: [
      { text: "In no event shall Carrier's liability exceed $250,000 per shipment, except in case of gross negligence or willful misconduct.", verdict: "verbatim", quotes: [["agreement", "In no event shall Carrier's liability exceed $250,000 per shipment, except in case of gross negligence or willful misconduct."]] },
      { text: "The claim for shipment HF-20817 is $186,440.00 and lies below that limit.", verdict: "supported", quotes: [["memo", "The claim for shipment HF-20817 is $186,440.00, which is below the cap."], ["complaint", "Plaintiff has been damaged in the amount of $186,440.00, exclusive of interest and costs."]] },
    ],
  },
  {
    when: /learn|fail|notify|temperature|log/i,
    sentences: [
      { text: "The driver called me at about 2:40 in the morning.", verdict: "verbatim", quotes: [["reyes", "The driver called me at about 2:40 in the morning."]] },
      { text: "Halloran was not told until August 22, 2022, six days after the failure.", verdict: "supported", quotes: [["complaint", "Defendant did not notify plaintiff until August 22, 2022, six days after it learned of the failure."]] },
    ],
  },
];

/** The answer that the fake gives: a prepared one, or a refusal with what came nearest. */
export function answerTo(question: string, scope: Fixture[], pages: Pages): Answer {
  const read = scope.reduce((n, f) => n + pages(f.document.id).length, 0);
  const base = { documents: scope.length, pages: read, unread: 2, model: "SmolLM2 135M", searchMs: 84, firstMs: 410, totalMs: 2140, tokensPerSecond: 41 };
  if (/\b(each|every|which) document/i.test(question)) return { ...base, ...surveyOf("Trailer 4471", scope, pages), refused: false, nearest: [] };
  if (/^when does the agreement end\??$/i.test(question)) return { ...base, ...askedBack(scope), refused: false, citations: [], nearest: [] };
  const draft = drafts.find((d) => d.when.test(question));
  if (!draft) {
    const nearest = hitsFor("carrier claim agreement", scope, pages).slice(0, 3);
    return { ...base, text: "", refused: true, sentences: [], citations: [], nearest, trace: traceOf(question, scope, nearest, []) };
  }
  const citations: Citation[] = [];
  const sentences = draft.sentences.map(({ text, verdict, note, quotes }): Sentence => {
    const numbers: number[] = [];
    for (const [id, quote] of quotes) {
      const named = scope.filter((f) => f.document.id === id);
      const citation = (named.length > 0 ? named : scope).map((f) => cite(f, quote, pages)).find(Boolean);
      if (citation) numbers.push(citations.push(citation) - 1);
    }
    return { text, verdict, citations: numbers, ...(note ? { note } : {}) };
  });
  const text = sentences.map((s) => s.text + s.citations.map((n) => ` [${n + 1}]`).join("")).join(" ");
  const found = hitsFor(question, scope, pages);
  return { ...base, text, refused: false, sentences, citations, nearest: [], ...findingsOf(question, citations), trace: traceOf(question, scope, found, citations) };
}

/** What each document says of a topic, with its place. */
function surveyOf(topic: string, scope: Fixture[], pages: Pages): Pick<Answer, "text" | "sentences" | "citations" | "survey"> {
  const citations: Citation[] = [];
  const rows = scope.map((f): SurveyRow => {
    const found = cite(f, topic, pages) ?? cite(f, topic.toLowerCase(), pages);
    return { document: f.document.id, name: f.document.name, state: found ? "found" : "silent", citation: found ? citations.push(found) - 1 : -1 };
  });
  const n = citations.length;
  const text = `${n} of ${scope.length} documents speak of ${topic.toLowerCase()}.`;
  return { text, citations, sentences: [{ text, verdict: "supported", citations: citations.map((_, i) => i).slice(0, 3) }], survey: { topic, without: false, rows, values: [] } };
}

function cite(fixture: Fixture, quote: string, pages: Pages): Citation | undefined {
  for (const { page } of pages(fixture.document.id)) {
    const [range] = findInPage(page, quote);
    if (range) {
      return { document: fixture.document.id, name: fixture.document.name, page: page.number, quote: page.text.slice(range.start, range.end), spans: [{ page: page.number, boxes: boxesOf(page, range) }] };
    }
  }
  return undefined;
}

const common = new Set("a an and are at be by did do does for from has have how in is it its of on or that the this to was were what when where which who with".split(" "));

/** Paragraphs that share words with the query, the most shared first. */
export function hitsFor(query: string, scope: Fixture[], pages: Pages): Hit[] {
  const phrase = /^".+"$/.test(query.trim()) ? query.trim().slice(1, -1) : "";
  const wanted = (query.toLowerCase().match(/[\p{L}\p{N}§$.-]{2,}/gu) ?? []).filter((w) => !common.has(w));
  const hits: Hit[] = [];
  for (const { document } of scope) {
    for (const { page } of pages(document.id)) {
      for (const paragraph of paragraphsOf(page.text)) {
        const marks: [number, number][] = [];
        const text = page.text.slice(paragraph.start, paragraph.end);
        const found = new Set<string>();
        for (const word of phrase ? [phrase] : wanted) {
          for (const range of findInPage({ text }, word)) {
            marks.push([range.start, range.end]);
            found.add(word);
          }
        }
        if (found.size === 0 || text.length < 40) continue;
        const boxes = boxesOf(page, paragraph);
        const matches = marks.flatMap(([s, e]) => boxesOf(page, { start: paragraph.start + s, end: paragraph.start + e }));
        hits.push({
          document: document.id, name: document.name, kind: document.kind, page: page.number,
          header: document.title ?? document.name, text, marks: marks.sort((a, b) => a[0] - b[0]),
          score: found.size + marks.length / 100,
          why: phrase ? [`“${phrase}” stands in the text`] : [`${found.size} of ${wanted.length} words: ${[...found].join(", ")}`, ...(found.size > 1 ? ["close in meaning"] : [])],
          spans: [{ page: page.number, boxes }], matches: [{ page: page.number, boxes: matches }],
        });
      }
    }
  }
  return hits.sort((a, b) => b.score - a.score).slice(0, 40);
}

function* paragraphsOf(text: string): Generator<{ start: number; end: number }> {
  let start = 0;
  for (const part of text.split("\n\n")) {
    yield { start, end: start + part.length };
    start += part.length + 2;
  }
}
