import type { Document } from "../api/types.gen";

const custodians = ["Okafor, Thomas", "Nair, Priya", "Reyes, Daniel", "Lindqvist, A.", "Dispatch (shared)"];
const types = ["mail", "invoice", "report", "letter", "spreadsheet", "contract", "memo", "form"];
const subjects = ["Trailer 4471", "Peach season", "Work orders", "Log interval", "Rate sheet", "Claim HF-20817", "Safeline account"];

/** The documents of a made-up production: families of mail with attachments, loose files, copies and versions. */
export function* production(n: number): Generator<Partial<Document> & Pick<Document, "id" | "name" | "kind">> {
  let bates = 1;
  let holder = "";
  for (let i = 0; i < n; i++) {
    const pages = 1 + (i % 9);
    const range = { batesFirst: label(bates), batesLast: label(bates + pages - 1) };
    bates += pages;
    const custodian = custodians[(i >> 4) % custodians.length]!;
    const day = new Date(Date.UTC(2019, 0, 1 + (i % 1400))).toISOString().slice(0, 10);
    const common = { id: `n${i}`, pages, pagesRead: pages, custodian, date: day, language: i % 37 === 0 ? "es" : "en", ...range };
    const name = `${range.batesFirst}`;
    if (i % 5 === 0) {
      holder = common.id;
      const subject = subjects[(i / 5) % subjects.length]!;
      yield { ...common, name: `${name}.eml`, kind: "mail", type: "mail", thread: `t${(i / 5) % 900}`, mail: { from: custodian, to: ["Halloran Foods"], cc: [], subject, sent: `${day}T09:00:00Z` } };
    } else if (i % 5 < 3) {
      yield { ...common, name: `${name}.pdf`, kind: "pdf", parent: holder, type: types[i % types.length]!, ...(i % 35 === 11 ? { duplicate: `n${i - 10}` } : {}) };
    } else {
      const kind = (["pdf", "word", "text", "image"] as const)[i % 4]!;
      yield { ...common, name: `${name}.${{ pdf: "pdf", word: "docx", text: "txt", image: "tif" }[kind]}`, kind, type: types[(i * 7) % types.length]!, ocrPages: kind === "image" ? pages : 0, ...(i % 45 === 4 ? { similar: `n${Math.max(0, i - 45)}` } : {}) };
    }
  }
}

const label = (n: number) => `MFL-${String(n).padStart(6, "0")}`;
