import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "../api/client";
import type { Document, DocumentQuery } from "../api/types.gen";
import { fakeClient } from "../testing/fake";
import { Documents, part } from "./documents.svelte";
import { cut, place, rowOf, without, type Fold } from "./folds";
import { csv, unreadRows } from "./report";

describe("folds", () => {
  const folds: Fold[] = [
    { id: "a", at: 1, count: 2 },
    { id: "b", at: 6, count: 3 },
  ];

  it("leave out what they hide, and every row finds its way back", () => {
    expect([0, 1, 2, 3, 4, 5].map((row) => place(folds, row))).toEqual([0, 3, 4, 5, 9, 10]);
    for (let row = 0; row < 20; row++) expect(rowOf(folds, place(folds, row))).toBe(row);
  });

  it("show what they hide as the row of its family", () => {
    expect([1, 2, 6, 8].map((index) => rowOf(folds, index))).toEqual([0, 0, 3, 3]);
  });

  it("become part of one that goes round them", () => {
    expect(cut(folds, { id: "c", at: 4, count: 6 }).map((f) => f.id)).toEqual(["a", "c"]);
    expect(without(folds, "a").map((f) => f.id)).toEqual(["b"]);
  });
});

describe("the list of documents", () => {
  let client: Client;
  let list: Documents;
  const asked: DocumentQuery[] = [];

  const fake = fakeClient("many");

  beforeEach(() => {
    vi.useFakeTimers();
    asked.length = 0;
    client = { ...fake, queryDocuments: (m, q) => (asked.push(q), fake.queryDocuments(m, q)) };
    list = new Documents(client);
    list.open("halloran");
  });
  afterEach(() => vi.useRealTimers());

  const settled = () => vi.advanceTimersByTimeAsync(0);

  it("fetches what is on show and no more", async () => {
    await settled();
    expect(list.total).toBeGreaterThan(50_000);
    expect(asked.map((q) => q.offset)).toEqual([0]);
    expect(list.row(5).document).toBeDefined();
    list.show(30_000, 30_030);
    await settled();
    expect(list.row(30_010).document?.name).toBeTruthy();
    expect(list.row(10_000).document).toBeUndefined();
    expect(asked.length).toBeLessThanOrEqual(3);
    for (const q of asked) expect(q.limit).toBe(part);
  });

  it("keeps a bounded number of parts however far one scrolls", async () => {
    await settled();
    for (let at = 0; at < 20_000; at += 100) {
      list.show(at, at + 30);
      await settled();
    }
    const loaded = Array.from({ length: list.total }, (_, i) => list.row(i).document).filter(Boolean).length;
    expect(loaded).toBeLessThanOrEqual(61 * part);
    expect(loaded).toBeGreaterThan(part);
  });

  it("folds a family to one row and unfolds it again", async () => {
    await settled();
    const before = list.rows;
    const at = Array.from({ length: 60 }, (_, i) => i).find((i) => list.row(i).family === "open")!;
    const head = list.row(at).document!;
    expect(list.row(at + 1)).toMatchObject({ depth: 1, document: { parent: head.id } });
    await list.fold(head.id, list.row(at).index);
    expect(list.row(at).family).toBe("folded");
    expect(list.row(at + 1).document?.parent).not.toBe(head.id);
    expect(list.rows).toBeLessThan(before);
    await list.fold(head.id, list.row(at).index);
    expect(list.rows).toBe(before);
  });

  it("narrows, counts, and shows everything again in the same order", async () => {
    await settled();
    const all = list.total;
    list.order("date");
    list.narrow({ types: ["invoice"] });
    await settled();
    expect(list.narrowed).toBe(true);
    expect(list.total).toBeLessThan(all);
    expect(list.row(0).document?.type).toBe("invoice");
    list.widen();
    await settled();
    expect(list.query).toEqual({ sort: "date" });
    expect(list.total).toBe(all);
  });

  it("waits with a filter until the typing pauses", async () => {
    await settled();
    asked.length = 0;
    for (const text of ["M", "MF", "MFL"]) list.narrow({ text }, true);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.filter((q) => q.text).map((q) => q.text)).toEqual(["MFL"]);
  });

  it("finds a name by its beginning without fetching the whole list", async () => {
    await settled();
    asked.length = 0;
    const at = await list.seek("mfl-2000");
    expect(list.row(at).document?.name.toLowerCase()).toMatch(/^mfl-2000/);
    expect(asked.length).toBeLessThan(16);
    expect(await list.seek("zzz")).toBe(-1);
  });

  it("changes a document in place, and fetches anew once for many that it does not show", async () => {
    await settled();
    const first = list.row(3).document!;
    list.changed([{ ...first, status: "reading" }]);
    expect(list.row(3).document?.status).toBe("reading");
    asked.length = 0;
    for (let i = 0; i < 200; i++) list.changed([{ ...first, id: `new${i}` }]);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1500);
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it("hides a document that is being removed, and has it back", async () => {
    await settled();
    const { id } = list.row(0).document!;
    const before = list.total;
    list.hide(id);
    await settled();
    expect(list.row(0).document?.id).not.toBe(id);
    expect(list.total).toBeLessThan(before);
    list.unhide(id);
    await settled();
    expect(list.row(0).document?.id).toBe(id);
  });
});

describe("the report of what could not be read", () => {
  const d = { name: '=A1, "final".pdf', source: "+1", pages: 3, pagesRead: 1, code: "damaged", problem: "One\nline." } as Document;

  it("is a table that a spreadsheet reads as text, not as formulas", () => {
    expect(csv(unreadRows(["File", "From", "Bates", "Custodian", "Pages", "Code", "What"], [d]))).toBe(
      "\uFEFFFile,From,Bates,Custodian,Pages,Code,What\r\n\"'=A1, \"\"final\"\".pdf\",'+1,,,1/3,damaged,\"One\nline.\"\r\n",
    );
  });

  it("names the parts of a file that was read", () => {
    const partly = { ...d, problem: "", batesFirst: "ABC001", custodian: "Doe", losses: ["Page 2 was left out.", "The attachment x could not be added."] } as Document;
    expect(unreadRows([], [partly])[1]!.slice(2)).toEqual(["ABC001", "Doe", "1/3", "damaged", "Page 2 was left out. The attachment x could not be added."]);
  });
});
