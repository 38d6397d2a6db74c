import { describe, expect, it } from "vitest";
import type { Client } from "../api/client";
import type { Feature, Page } from "../api/types.gen";
import { cellsOf, flowOf, pieces, rangesUnder } from "./flow";
import { Pins } from "./pins";
import { headingAt, pinOf, placesOf, sectionsOf } from "./inside";

const feature = (kind: string, page: number, y: number, more: Partial<Feature> = {}): Feature => ({
  document: "d", kind, page, text: more.value ?? kind, span: { page, boxes: [[72, y, 300, y + 12]] }, ...more,
});

describe("what is in a document", () => {
  it("shows each value once, at its first place, and knows all its places", () => {
    const features = [feature("date", 1, 10, { value: "2019-03-04" }), feature("date", 2, 10, { value: "2019-03-04" }), feature("date", 2, 40, { value: "2022-08-16" })];
    const [dates] = sectionsOf(features);
    expect(dates).toMatchObject({ id: "dates", items: [{ page: 1 }, { value: "2022-08-16" }] });
    expect(placesOf(features, features[0]!)).toHaveLength(2);
  });

  it("shows an exhibit where it begins rather than where it is named", () => {
    const [section] = sectionsOf([feature("exhibit", 1, 10, { value: "Exhibit A", level: 0 }), feature("exhibit", 9, 10, { value: "Exhibit A", level: 1 })]);
    expect(section!.items).toMatchObject([{ page: 9 }]);
  });

  it("puts what a redaction left behind before everything else", () => {
    expect(sectionsOf([feature("heading", 1, 1), feature("hidden", 3, 1, { value: "covered" })]).map((s) => s.id)).toEqual(["hidden", "outline"]);
    expect(sectionsOf([feature("heading", 1, 1), feature("hidden", 3, 1, { value: "white" })]).map((s) => s.id)).toEqual(["outline", "hidden"]);
  });

  it("has an outline of headings, and of clauses that have none by their first line", () => {
    const [outline] = sectionsOf([
      feature("clause", 1, 100, { value: "2", text: "2. TERM.\nThe term is", level: 1 }), feature("heading", 1, 100, { value: "2", text: "2. TERM", level: 3 }),
      feature("clause", 1, 140, { value: "2(a)", text: "(a) renewal by\nnotice", level: 2 }),
    ]);
    expect(outline!.items.map((f) => [f.text, f.level])).toEqual([["2. TERM", 1], ["(a) renewal by", 2]]);
  });

  it("follows the reading from heading to heading", () => {
    const outline = [feature("heading", 1, 100), feature("heading", 1, 500), feature("heading", 3, 50)];
    expect([[1, 50], [1, 100], [1, 499], [1, 501], [2, 0], [3, 49], [9, 0]].map(([page, y]) => headingAt(outline, page!, y!))).toEqual([-1, 0, 0, 1, 1, 1, 2]);
  });
});

describe("the pin of a passage", () => {
  const transcript = [
    feature("question", 1, 100, { value: "47:3" }),
    feature("reply", 1, 130, { value: "47:5" }),
    ...Array.from({ length: 10 }, (_, i) => feature("line", 1, 70 + i * 15, { value: String(i + 1) })),
  ];

  it.each([
    ["one line", [[72, 100, 200, 112]], "47:3"],
    ["three lines", [[72, 100, 200, 112], [72, 130, 200, 142]], "47:3-5"],
  ])("of %s is page and line", (_, boxes, lines) => {
    expect(pinOf(transcript, 1, boxes as [number, number, number, number][])).toEqual({ lines });
  });

  it("of an ordinary page is its Bates number alone", () => {
    const features = [feature("bates", 2, 700, { value: "MFL-000877" }), ...Array.from({ length: 3 }, (_, i) => feature("line", 2, 70 + i * 15, { value: String(i + 1) }))];
    expect(pinOf(features, 2, [[72, 70, 100, 80]])).toEqual({ bates: "MFL-000877" });
    expect(pinOf(features, 1)).toEqual({});
  });
});

describe("flowing text", () => {
  const text = "From: Ann\nTo: Bob\nSubject: Trailer\n\nFirst line\nsecond line.\n\nOn Monday Ann wrote:\n> Earlier.\n> More.";

  it("sets the head of a message apart, and earlier messages", () => {
    const { head, blocks } = flowOf(text, { mail: true, quoted: [{ start: text.indexOf("On Monday"), end: text.length }] });
    expect(head.map((h) => [h.name, text.slice(h.start, h.end)])).toEqual([["From", "Ann"], ["To", "Bob"], ["Subject", "Trailer"]]);
    expect(blocks.map((b) => [b.kind, text.slice(b.start, b.end)])).toEqual([["text", "First line\nsecond line."], ["quoted", "On Monday Ann wrote:\n> Earlier.\n> More."]]);
  });

  it("begins an earlier message where it begins, not with its paragraph", () => {
    const body = "Agreed.\nOn Monday Ann wrote:\nEarlier.";
    expect(flowOf(body, { mail: true, quoted: [{ start: 8, end: body.length }] }).blocks.map((b) => [b.kind, b.start])).toEqual([["text", 0], ["quoted", 8]]);
  });

  it("sets lines with tabs as a table, every cell in its place", () => {
    const body = "Intro.\n\nSubject\tSection\nRenewal\t1\nNotice\t\t14.5";
    const [, table] = flowOf(body).blocks;
    expect(table!.kind).toBe("table");
    expect(cellsOf(body, table!).map((row) => row.map((c) => body.slice(c.start, c.end)))).toEqual([["Subject", "Section"], ["Renewal", "1"], ["Notice", "", "14.5"]]);
  });

  it("takes a single line that looks like a head for a sentence", () => {
    expect(flowOf("Date: to be agreed.\n\nMore.", { mail: true }).head).toEqual([]);
  });

  it("loses nothing but white space between its blocks", () => {
    const { head, blocks } = flowOf(text, { mail: true });
    const kept = [...head, ...blocks].map((r) => text.slice(r.start, r.end)).join("");
    expect(text.replace(/From: |To: |Subject: /g, "").replace(/\s/g, "")).toBe(kept.replace(/\s/g, ""));
  });

  it("is cut where a layer begins or ends, and joined it is the text", () => {
    const layers = [{ key: "a", kind: "citation" as const, start: 2, end: 6 }, { key: "b", kind: "inserted" as const, start: 4, end: 9 }];
    const cut = pieces("0123456789", { start: 0, end: 10 }, layers);
    expect(cut.map((p) => p.text).join("")).toBe("0123456789");
    expect(cut.map((p) => p.layers.map((l) => l.key).join(""))).toEqual(["", "a", "ab", "b", ""]);
  });

  it("finds the words under boxes as ranges", () => {
    const page: Pick<Page, "text" | "words"> = { text: "one two three", words: [{ s: 0, e: 3, b: [0, 0, 10, 10], c: 1 }, { s: 4, e: 7, b: [12, 0, 22, 10], c: 1 }, { s: 8, e: 13, b: [0, 20, 20, 30], c: 1 }] };
    expect(rangesUnder(page, [[0, 0, 30, 10]])).toEqual([{ start: 0, end: 7 }]);
    expect(rangesUnder(page, [[0, 0, 11, 10], [0, 20, 30, 30]])).toEqual([{ start: 0, end: 3 }, { start: 8, end: 13 }]);
  });
});

describe("pins of documents that are not open", () => {
  it("are asked for once, and empty where the program does not answer", async () => {
    let asked = 0;
    const client = { features: async (_m: string, d: string) => (asked++, d === "gone" ? Promise.reject(new Error("gone")) : [feature("bates", 1, 700, { value: "MFL-000877" })]) };
    const pins = new Pins(client as unknown as Client);
    pins.open("m");
    const at = { document: "d", page: 1, spans: [] };
    expect([await pins.of(at), await pins.of(at)]).toEqual([{ bates: "MFL-000877" }, { bates: "MFL-000877" }]);
    expect(asked).toBe(1);
    expect(await pins.of({ ...at, document: "gone" })).toEqual({});
  });
});
