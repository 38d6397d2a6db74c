import type { Document } from "../api/types.gen";

/** A field of a CSV file. What a spreadsheet would take for a formula is made text. */
function field(value: string | number): string {
  const text = String(value);
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}

/** A table as CSV by RFC 4180, with the mark that makes spreadsheets read it as UTF-8. */
export const csv = (rows: readonly (readonly (string | number)[])[]): string => "\uFEFF" + rows.map((row) => row.map(field).join(",") + "\r\n").join("");

/** Why a document, or which parts of it, could not be read. */
export const whatHappened = (d: Pick<Document, "problem" | "losses">): string => [d.problem ?? "", ...(d.losses ?? [])].filter(Boolean).join(" ");

/** What could not be read, as rows under these headings. */
export function unreadRows(headings: readonly string[], documents: readonly Document[]): (string | number)[][] {
  return [
    [...headings],
    ...documents.map((d) => [d.name, d.source ?? "", d.batesFirst ?? "", d.custodian ?? "", d.pages > 0 ? `${d.pagesRead}/${d.pages}` : "", d.code ?? "", whatHappened(d)]),
  ];
}
