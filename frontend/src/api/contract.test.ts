// What every client promises. It runs against the fake, against the desktop's
// client over a bridge that the fake plays, and, where MARKAI_CONTRACT_URL names a server (with ?token=…) whose vault is open,
// against that: matters of its own are made there, and erased.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wailsOver } from "../testing/bridge";
import { fakeClient } from "../testing/fake";
import { writePDF } from "../testing/pdf";
import { typeset } from "../testing/typeset";
import { ClientError, type Client } from "./client";
import { httpClient } from "./http";
import type { AskEvent, Document } from "./types.gen";

const clients: [string, () => Client][] = [
  ["fake", () => fakeClient("empty")],
  ["wails", () => wailsOver(fakeClient("empty"))],
];
const server = process.env.MARKAI_CONTRACT_URL;
if (server) {
  const url = new URL(server);
  clients.push(["http", () => httpClient({ base: url.origin, token: url.searchParams.get("token") ?? "" })]);
}

/** Milliseconds that a server may take to read one page. */
const patience = 60_000;

const pdf = () =>
  new File(
    [writePDF(typeset([{ text: "CONTRACT OF CARRIAGE", bold: true }, { text: "Either party may terminate this Agreement for convenience upon sixty (60) days' prior written notice to the other party." }])) as Uint8Array<ArrayBuffer>],
    `Contract ${Date.now()}.pdf`,
    { type: "application/pdf" },
  );

describe.each(clients)("the %s client", (_name, make) => {
  let client: Client;
  let matter = "";
  const name = `Contract test ${Date.now()}`;

  beforeAll(async () => {
    client = make();
    matter = (await client.createMatter(name)).id;
  });
  afterAll(async () => {
    await client.eraseMatter(matter, name).catch(() => undefined);
  });

  async function read(): Promise<Document> {
    for (const end = Date.now() + patience; Date.now() < end; await new Promise((r) => setTimeout(r, 100))) {
      const { documents: [document] } = await client.queryDocuments(matter, {});
      if (document && (document.status === "ready" || document.status === "searchable")) return document;
    }
    throw new Error("The document was not read in time.");
  }

  it("says how the program stands", async () => {
    const state = await client.state();
    expect(state.vault).toBe("open");
    expect(state.machine.cores).toBeGreaterThan(0);
  });

  it("lists a new matter, empty", async () => {
    expect((await client.matters()).find((m) => m.id === matter)).toMatchObject({ name, documents: 0 });
    expect(await client.queryDocuments(matter, {})).toEqual({ documents: [], total: 0 });
    expect(await client.conversations(matter)).toEqual([]);
  });

  it("refuses to erase a matter by a wrong name, and says why", async () => {
    const error = await client.eraseMatter(matter, "another").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ClientError);
    expect((error as ClientError).message).toMatch(/\.$/);
    expect((await client.matters()).some((m) => m.id === matter)).toBe(true);
  });

  it("rejects what is not there with a code", async () => {
    await expect(client.queryDocuments("no-such-matter", {})).rejects.toMatchObject({ code: "not_found" });
  });

  it("reads an added file, page and words, and serves its original in pieces", { timeout: patience }, async () => {
    const result = await client.addFiles(matter, [pdf()]);
    expect(result.jobs).toHaveLength(1);
    expect(result.rejected ?? []).toEqual([]);
    const document = await read();
    const page = await client.page(matter, document.id, 1);
    expect(page.words.length).toBeGreaterThan(10);
    for (const w of page.words) {
      expect(page.text.slice(w.s, w.e)).not.toMatch(/^\s|\s$|^$/);
      expect(w.b[2]).toBeGreaterThan(w.b[0]);
      expect(w.b[3]).toBeGreaterThan(w.b[1]);
    }
    const head = await client.original(matter, document.id, 0, 8);
    expect(new TextDecoder().decode(head.bytes)).toMatch(/^%PDF-1\./);
    expect(head.total).toBeGreaterThan(100);
    const tail = await client.original(matter, document.id, head.total - 6, head.total);
    expect(new TextDecoder().decode(tail.bytes)).toContain("%%EOF");
  });

  it("lists by query, counts what to filter by, and finds a document by its family", { timeout: patience }, async () => {
    const document = await read();
    expect(await client.queryDocuments(matter, { kinds: ["mail"] })).toEqual({ documents: [], total: 0 });
    expect((await client.queryDocuments(matter, { text: "contract", limit: 1 })).total).toBe(1);
    expect((await client.queryDocuments(matter, { offset: 1, limit: 5 })).documents).toEqual([]);
    expect((await client.queryDocuments(matter, { family: document.id })).documents.map((d) => d.id)).toEqual([document.id]);
    const facets = await client.facets(matter, {});
    expect(facets.kinds).toEqual([{ value: "pdf", count: 1 }]);
    expect(facets.custodians).toEqual([]);
  });

  it("says what it recognised with places on the page, and of one kind when asked", { timeout: patience }, async () => {
    const document = await read();
    const features = await client.features(matter, document.id);
    for (const f of features) {
      expect(f).toMatchObject({ document: document.id, page: expect.any(Number), kind: expect.any(String) });
      expect(f.span.page).toBe(f.page);
    }
    expect((await client.features(matter, document.id, ["hidden"])).every((f) => f.kind === "hidden")).toBe(true);
    expect(await client.findFeatures(matter, "bates", "NONE0001")).toEqual([]);
  });

  it("says how the reading stands, and how a search is understood", { timeout: patience }, async () => {
    await read();
    expect(await client.progress(matter)).toMatchObject({ needYou: 0, fraction: expect.any(Number) });
    expect(await client.readSearch(matter, "notice")).toMatchObject({ problems: [] });
  });

  it("compares a document with itself and finds no change", { timeout: patience }, async () => {
    const document = await read();
    const { runs, same } = await client.compare(matter, document.id, document.id);
    expect(same).toBe(1);
    expect(runs.every((r) => r.change === "equal")).toBe(true);
  });

  it("watches no folder at first", async () => {
    expect(await client.watchedFolders(matter)).toEqual([]);
  });

  it("finds the words and says where they stand", { timeout: patience }, async () => {
    const document = await read();
    const [hit] = await client.search(matter, { query: "terminate notice" });
    expect(hit?.document).toBe(document.id);
    expect(hit!.page).toBeGreaterThan(0);
    for (const [start, end] of hit!.marks) expect(hit!.text.slice(start, end)).not.toBe("");
    expect(hit!.spans.flatMap((s) => s.boxes).length).toBeGreaterThan(0);
  });

  it("answers in order: started, passages, then the final answer whose citations stand in the file", { timeout: patience }, async () => {
    const document = await read();
    const events: AskEvent[] = [];
    for await (const e of client.ask(matter, { question: "What is the notice period for termination?" }, new AbortController().signal)) events.push(e);
    expect(events[0]?.kind).toBe("started");
    expect(events.findIndex((e) => e.kind === "passages")).toBeGreaterThan(0);
    const final = events.at(-1)?.final;
    expect(final).toBeDefined();
    for (const sentence of final!.sentences) for (const n of sentence.citations) expect(final!.citations[n]).toBeDefined();
    for (const c of final!.citations) {
      expect(c.document).toBe(document.id);
      expect((await client.page(matter, c.document, c.page)).text.replace(/\s+/g, " ")).toContain(c.quote.replace(/\s+/g, " "));
      expect(c.spans.length).toBeGreaterThan(0);
    }
    const [conversation] = await client.conversations(matter);
    const messages = await client.messages(matter, conversation!.id);
    expect(messages.map((m) => m.role)).toEqual(["user", "assistant"]);
    await client.sayOfAnswer(matter, { conversation: conversation!.id, created: messages[1]!.created, says: "missed" });
    const quality = await client.quality(matter);
    expect(quality.days.reduce((n, d) => n + d.missed, 0)).toBe(1);
    expect(quality.entries.map((e) => [e.conversation, e.says])).toEqual([[conversation!.id, "missed"]]);
    const again = await client.replay(matter, quality.entries[0]!.id);
    expect(again.question).toBe("What is the notice period for termination?");
    expect(again.after.sentences.length).toBeGreaterThan(0);
    await expect(client.replay(matter, "no such answer")).rejects.toMatchObject({ code: "not_found" });
    await expect(client.saveAnswer(matter, conversation!.id, 2, "docx")).rejects.toMatchObject({ code: "not_found" });
    await client.deleteConversation(matter, conversation!.id);
    expect(await client.conversations(matter)).toEqual([]);
  });

  it("explains a search, and limits it to what a filter selects", { timeout: patience }, async () => {
    await read();
    const reading = await client.readSearch(matter, "notice AND type:wombat");
    expect(reading.parts.some((p) => p.bad)).toBe(true);
    expect(reading.problems.join(" ")).toContain("wombat");
    expect((await client.search(matter, { query: "terminate notice", filter: { from: "2001", to: "2001" } })).length).toBe(0);
  });

  it("says how the checks of the installation stand", async () => {
    const { running, checks } = await client.selfChecks();
    expect(running).toBe(false);
    for (const c of checks) for (const r of c.rates) expect(r.least <= r.right / r.of && r.right / r.of <= r.most).toBe(true);
  });

  it("stops an answer that is cancelled", { timeout: patience }, async () => {
    const stop = new AbortController();
    const kinds: string[] = [];
    for await (const e of client.ask(matter, { question: "What is the notice period?" }, stop.signal)) {
      kinds.push(e.kind);
      stop.abort();
    }
    expect(kinds.length).toBeLessThanOrEqual(2);
  });

  it("explains its settings and its models", async () => {
    for (const s of await client.settings()) expect(s).toMatchObject({ key: expect.any(String), doc: expect.any(String), origin: expect.any(String) });
    for (const m of await client.models()) expect(["chat", "embedding"]).toContain(m.role);
  });

  it("lists models with what is known of each, and how they run", async () => {
    const models = await client.models();
    expect(models.map((m) => m.role)).toEqual(expect.arrayContaining(["chat", "embedding"]));
    for (const m of models.filter((m) => m.installed && !m.problem)) {
      expect(m.file).toMatch(/\.gguf$/);
      expect(m.capabilities.length).toBeGreaterThan(0);
      expect(m.needs.length).toBeGreaterThan(0);
    }
    const engine = await client.engine();
    expect(engine.memoryBytes).toBeGreaterThan(0);
    for (const m of engine.models) expect(models.map((x) => x.id)).toContain(m.id);
  });

  it("downloads nothing while no address is allowed", async () => {
    const { source, entries } = await client.catalogue();
    expect(source).toBe("");
    const [entry] = entries;
    if (entry) await expect(client.downloadModel({ entry: entry.id, file: entry.files[0]!.file, accepts: true })).rejects.toBeInstanceOf(ClientError);
    expect(await client.downloads()).toEqual([]);
  });

  it("takes no file for a model that is none, and tries no model that is not there", async () => {
    const file = new File(["not a model"], "brief.gguf.txt");
    const bring = client.native ? client.importModelPath("/no/such/brief.txt") : client.importModelFile(file);
    await expect(bring).rejects.toBeInstanceOf(ClientError);
    const steps = async () => {
      for await (const event of client.tryModel("no-such-model", "Who are you?", new AbortController().signal)) if (event.kind === "error") throw new ClientError(event.error!.code, event.error!.message);
    };
    await expect(steps()).rejects.toMatchObject({ code: "not_found" });
  });

  it("refuses to remove a model that is in use", async () => {
    const active = (await client.models()).find((m) => m.active);
    if (active) await expect(client.removeModel(active.id)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("says who would answer a question, where there is a choice", async () => {
    const experts = await client.experts();
    if (experts.length === 0) return;
    const route = await client.route({ question: "Which document speaks of the trailer?" });
    expect(experts.map((e) => e.id)).toContain(route.expert);
    expect(route.steps.filter((step) => step.state === "answers")).toHaveLength(1);
    const chosen = await client.route({ question: "Which document speaks of the trailer?", expert: experts[0]!.id });
    expect(chosen.chosen).toBe(true);
  });
});
