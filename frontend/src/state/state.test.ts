import { describe, expect, it } from "vitest";
import type { Answer, Job } from "../api/types.gen";
import { difference, isQuotation, legalForm, placeOf, sentenceWithSources, unquoted } from "./cite";
import { isoDate, left, size, when } from "./format";
import { back, began, forward, here, replaced, went, without } from "./history";
import { progress } from "./jobs";
import { after, asked, fromMessages, stopped } from "./turn";

describe("history", () => {
  it("goes back and forward like a browser", () => {
    let h = went(went(began("a"), "b"), "c");
    h = back(back(h));
    expect(here(h)).toBe("a");
    expect(here(back(h))).toBe("a");
    expect(here(forward(h))).toBe("b");
  });

  it("forgets what lay ahead when one turns off", () => {
    const h = went(back(went(began("a"), "b")), "c");
    expect(h.entries).toEqual(["a", "c"]);
  });

  it("takes no note of going where one is", () => {
    expect(went(began("a"), "a").entries).toEqual(["a"]);
  });

  it("changes a place without a new one", () => {
    expect(replaced(went(began("a"), "b"), "b2").entries).toEqual(["a", "b2"]);
  });

  it("loses what no longer exists and stays somewhere", () => {
    const h = went(went(began("a"), "x"), "b");
    expect(here(without(h, (e) => e === "x", "home"))).toBe("b");
    expect(here(without(h, () => true, "home"))).toBe("home");
  });
});

const final: Answer = {
  text: "S.", refused: false, sentences: [{ text: "S.", verdict: "verbatim", citations: [0] }],
  citations: [{ document: "d", name: "D.pdf", page: 2, quote: "S.", spans: [] }],
  nearest: [], documents: 1, pages: 2, unread: 0, searchMs: 1, firstMs: 1, totalMs: 2, tokensPerSecond: 0,
};

describe("a turn", () => {
  it("passes from passages over a draft to judged sentences", () => {
    let turn = after(asked("Q?"), { kind: "started", conversation: "c" });
    expect(turn.stage).toBe("searching");
    turn = after(turn, { kind: "passages", passages: [] });
    turn = after(after(turn, { kind: "draft", draft: "It " }), { kind: "draft", draft: "says" });
    expect(turn.draft).toBe("It says");
    turn = after(turn, { kind: "sentence", sentence: final.sentences[0]! });
    expect(turn).toMatchObject({ draft: "", sentences: [{ text: "S." }], stage: "writing" });
    turn = after(turn, { kind: "final", final });
    expect(turn).toMatchObject({ stage: "done", sentences: final.sentences });
  });

  it("tells how many documents a question about all of them has read", () => {
    const turn = after(asked("Which contracts?"), { kind: "progress", progress: { done: 3, total: 40 } });
    expect(turn).toMatchObject({ stage: "searching", progress: { done: 3, total: 40 } });
  });

  it("keeps what stood when it is stopped", () => {
    const turn = stopped(after(asked("Q?"), { kind: "sentence", sentence: final.sentences[0]! }));
    expect(turn).toMatchObject({ stage: "stopped", sentences: final.sentences });
    expect(stopped(after(turn, { kind: "final", final })).stage).toBe("done");
  });

  it("says what went wrong", () => {
    expect(after(asked("Q?"), { kind: "error", error: { code: "crashed", message: "It stopped." } })).toMatchObject({ stage: "failed", error: { message: "It stopped." } });
  });

  it("is read back from a conversation", () => {
    const turns = fromMessages([
      { role: "user", text: "Q?", created: "" },
      { role: "assistant", text: "S.", answer: final, created: "" },
      { role: "user", text: "Unanswered?", created: "" },
    ]);
    expect(turns.map((turn) => turn.stage)).toEqual(["done", "stopped"]);
  });
});

describe("a citation in legal form", () => {
  it("folds lines, keeps inner quotes single and names page and document", () => {
    expect(legalForm({ name: "Agreement.pdf", page: 4, quote: 'the "Effective\nDate"' })).toBe("“the 'Effective Date'” Agreement, at 4.");
  });

  it("uses the page's own label", () => {
    expect(legalForm({ name: "Record.pdf", page: 4, quote: "x" }, "MFL-000012")).toBe("“x” Record, at MFL-000012.");
  });

  it("cites a transcript by page and line, and a produced page with its number", () => {
    expect(legalForm({ name: "Reyes.pdf", page: 1, quote: "x" }, "1", { lines: "47:12-14" })).toBe("“x” Reyes, at 47:12-14.");
    expect(legalForm({ name: "Letter.pdf", page: 1, quote: "x" }, undefined, { bates: "MFL-000877" })).toBe("“x” Letter, at 1 (MFL-000877).");
  });

  it("names each source of a sentence once", () => {
    const c = { name: "A.pdf", page: 1 };
    expect(sentenceWithSources("So it is.", [c, c, { name: "B.docx", page: 2 }])).toBe("So it is. (A, at 1; B, at 2.)");
  });

  it("cites as the program does", () => {
    expect(placeOf({ page: 2, place: "ABC0002" })).toBe("ABC0002");
    expect(placeOf({ page: 2 })).toBe("page 2");
    const cited = [{ name: "A.pdf", page: 1, place: "ABC0001–ABC0002" }, { name: "B.pdf", page: 3, place: "pages 3–4" }, { name: "C.pdf", page: 9, place: "47:12–14" }];
    expect(sentenceWithSources("So it is.", cited)).toBe("So it is. (A, at ABC0001–ABC0002; B, at 3–4; C, at 47:12–14.)");
  });
});

describe("a quotation", () => {
  it.each([
    ["“As it stands.”", [], true],
    ["As it\nstands.", ["As it stands."], true],
    ["The letter says “sixty days”.", ["sixty days"], false],
  ])("%o is told from a sentence", (text, quotes, is) => {
    expect(isQuotation(text, quotes)).toBe(is);
  });

  it("loses only marks around the whole", () => {
    expect(unquoted("“As it stands.”")).toBe("As it stands.");
    expect(unquoted("“One” and “two”")).toBe("“One” and “two”");
  });
});

describe("difference", () => {
  it("shows what was altered against the file", () => {
    const pieces = difference("ninety (90) days from receipt", "sixty (60) days from receipt");
    expect(pieces.filter((p) => p.kind === "missing").map((p) => p.text)).toEqual(["sixty (60)"]);
    expect(pieces.filter((p) => p.kind === "added").map((p) => p.text)).toEqual(["ninety (90)"]);
  });

  it("of equal texts is one piece, whatever the line ends", () => {
    expect(difference("a b\nc", "A b c,")).toEqual([{ kind: "same", text: "A b c," }]);
  });
});

describe("progress", () => {
  it("counts pages of unfinished jobs and takes the longest time left", () => {
    const job = (state: Job["state"], done: number, total: number, etaSeconds = 0): Job => ({
      id: state + done, matter: "m", document: "d", name: "", state, step: "read", done, total, perSecond: 0, etaSeconds, remedies: [], updated: "",
    });
    const p = progress([job("running", 50, 100, 30), job("queued", 0, 100, 60), job("done", 10, 10), job("failed", 0, 0)]);
    expect(p).toMatchObject({ running: 1, waiting: 1, failed: 1, done: 1, share: 0.25, etaSeconds: 60 });
  });
});

describe("figures", () => {
  it.each([[0, "0 B"], [1536, "1.5 KB"], [6.2 * 1024 ** 3, "6.2 GB"], [15.5 * 1024 ** 3, "16 GB"]])("%d bytes are %s", (n, text) => {
    expect(size(n)).toBe(text);
  });
  it.each([[0.2, "1 s"], [59, "59 s"], [150, "3 min"], [5400, "1 h 30 min"]])("%d seconds are %s", (n, text) => {
    expect(left(n)).toBe(text);
  });
  it.each([["2019-03-01", "Mar 1, 2019"], ["2019-03", "Mar 2019"], ["2019", "2019"], ["soon", "soon"]])("the date %s is %s", (iso, text) => {
    expect(isoDate(iso)).toBe(text);
  });
  it("says nothing of a moment that is none", () => {
    expect(when("")).toBe("");
  });
});
