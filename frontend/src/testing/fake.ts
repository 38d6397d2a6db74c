import { ClientError, type Client, type Push } from "../api/client";
import { download } from "../api/http";
import type { AddResult, AskEvent, AskRequest, Document, Event, Job, Matter, Message, Page, State, WatchedFolder } from "../api/types.gen";
import { progress } from "../state/jobs";
import { answerTo, hitsFor } from "./answers";
import { casefile, type Fixture } from "./casefile";
import { Catalog } from "./catalog";
import { comparisonOf } from "./compare";
import { routeOf } from "./engine";
import { findingsOf } from "./findings";
import { writePicture } from "./picture";
import { production } from "./production";
import { writePDF } from "./pdf";
import { fakeModels } from "./models";
import { settings, stateOf } from "./program";
import { fakeTrust, readingOf } from "./trust";
import { typeset, type LaidPage } from "./typeset";

/** The situations that the fake can start in. */
export type Scene = "first" | "locked" | "empty" | "full" | "slow" | "working" | "nomodel" | "many" | "busy" | "downloading" | "broken";

/** How long the fake takes for a step, in milliseconds. */
const pace = { first: 260, word: 14, sentence: 120, page: 180 };

const wait = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });

const gone = (what: string) => new ClientError("not_found", `${what} is no longer there. It may have been removed.`);

/** A client with a case file of its own, for the window without a server. */
export function fakeClient(scene: string = "full"): Client {
  const listeners = new Set<(push: Push) => void>();
  const push = (event: Event) => listeners.forEach((listen) => listen({ kind: "event", event }));
  const state: State = stateOf(scene);
  const matters: Matter[] = [];
  const documents = new Map<string, Document[]>();
  const jobs = new Map<string, Job[]>();
  const laid = new Map<string, LaidPage[]>();
  const fixtures = new Map<string, Fixture>(casefile.map((f) => [f.document.id, f]));
  const files = new Map<string, Uint8Array>();
  const threads = new Map<string, { id: string; title: string; updated: string; matter: string; messages: Message[] }>();
  const values = new Map(settings.map((s) => [s.key, s]));
  const catalog = new Catalog();
  const folders = new Map<string, WatchedFolder[]>();
  let serial = 0;

  const pagesOf = (id: string): LaidPage[] => {
    let pages = laid.get(id);
    if (!pages) {
      const fixture = fixtures.get(id);
      if (!fixture) throw gone("This document");
      pages = typeset(fixture.paragraphs, id === "notice" || fixture.document.kind === "image", fixture.document.kind !== "pdf");
      laid.set(id, pages);
    }
    return pages;
  };

  const matter = (id: string): Matter => {
    const found = matters.find((m) => m.id === id);
    if (!found) throw gone("This matter");
    return found;
  };

  /** The documents of a matter that something has been read of. */
  const inMatter = (id: string): Fixture[] =>
    (documents.get(id) ?? []).flatMap((d) => (d.pagesRead > 0 && fixtures.has(d.id) ? [fixtures.get(d.id)!] : [])).slice(0, 40);

  const count = (id: string) => {
    const m = matter(id);
    const list = documents.get(id) ?? [];
    catalog.changed();
    m.documents = list.length;
    m.pages = list.reduce((n, d) => n + d.pagesRead, 0);
    m.ocrPages = list.reduce((n, d) => n + d.ocrPages, 0);
    m.needYou = list.filter((d) => d.status === "needs_you").length;
    m.chunks = m.pages * 4;
    m.embedded = list.reduce((n, d) => n + (d.status === "ready" ? d.pagesRead * 4 : 0), 0);
    m.bytes = list.reduce((n, d) => n + d.bytes, 0);
    push({ kind: "matter", matter: id, counts: { ...m } });
  };

  const makeMatter = (name: string, id = `m${++serial}`): Matter => {
    const m: Matter = { id, name, created: "2026-11-02T09:12:00Z", documents: 0, pages: 0, ocrPages: 0, needYou: 0, chunks: 0, embedded: 0, bytes: 0 };
    matters.push(m);
    documents.set(id, []);
    jobs.set(id, []);
    return m;
  };

  const makeDocument = (d: Partial<Document> & Pick<Document, "id" | "name" | "kind">): Document => ({
    bytes: 120_000, pages: 1, pagesRead: 1, ocrPages: 0, parties: [], status: "ready", notes: [], added: "2026-11-02T09:14:00Z", ...d,
  });

  const fill = (id: string) => {
    const list = documents.get(id)!;
    for (const { document } of casefile) {
      const pages = pagesOf(document.id).length;
      list.push(makeDocument({ ...document, pages, pagesRead: pages, ocrPages: document.id === "notice" || document.kind === "image" ? pages : 0 }));
    }
    list.push(
      makeDocument({ id: "sealed", name: "Meridian audited accounts 2022.pdf", kind: "pdf", pages: 0, pagesRead: 0, bytes: 803_441, status: "needs_you", code: "needs_password", problem: "This PDF is encrypted. Type its password and it will be read." }),
      makeDocument({ id: "broken", name: "log export 4471.pdf", kind: "pdf", pages: 0, pagesRead: 0, bytes: 1_204, status: "needs_you", code: "damaged", problem: "This is not a PDF: it starts with an HTML page. Ask for the file again; the rest of the matter is not affected." }),
    );
    jobs.get(id)!.push(
      job(id, "sealed", "Meridian audited accounts 2022.pdf", { state: "failed", step: "read", code: "needs_password", problem: "This PDF is encrypted. Type its password and it will be read." }),
      job(id, "broken", "log export 4471.pdf", { state: "failed", step: "read", code: "damaged", problem: "This is not a PDF: it starts with an HTML page. Ask for the file again; the rest of the matter is not affected." }),
    );
    count(id);
  };

  const job = (m: string, document: string, name: string, more: Partial<Job>): Job => ({
    id: `j-${document}`, matter: m, document, name, state: "queued", step: "read", done: 0, total: 0, perSecond: 0, etaSeconds: 0, remedies: more.code === "needs_password" ? ["password", "export", "remove"] : more.code ? ["export", "remove"] : [], updated: "2026-11-24T21:04:00Z", ...more,
  });

  const thread = (m: string, question: string): Message[] => [
    { role: "user", text: question, created: "2026-11-23T16:20:00Z" },
    { role: "assistant", text: "", answer: answerTo(question, casefile, pagesOf), created: "2026-11-23T16:20:02Z" },
  ];

  function begin() {
    if (scene === "first") return;
    const main = makeMatter("Halloran v. Meridian Freight", "halloran");
    makeMatter("Estate of Whitcombe", "whitcombe");
    if (scene === "empty" || scene === "broken") return;
    fill(main.id);
    folders.set(main.id, [
      { path: "/srv/cases/halloran/production 2", added: "2026-11-03T08:00:00Z", scanned: "2026-11-24T19:12:00Z", files: 1_204, scanning: false, live: true },
      { path: "/media/usb/from opposing counsel", added: "2026-11-10T08:00:00Z", scanned: "2026-11-12T10:00:00Z", files: 87, scanning: false, live: false, problem: "The folder is not there. Connect the drive, then look again." },
    ]);
    for (const [id, question, updated] of [
      ["c1", "When did Halloran learn of the failure?", "2026-11-23T16:20:02Z"],
      ["c2", "What is the limit of the carrier's liability?", "2026-11-20T10:05:00Z"],
    ] as const) {
      threads.set(id, { id, title: question, updated, matter: main.id, messages: thread(main.id, question) });
    }
    if (scene === "working") {
      const list = documents.get(main.id)!;
      for (const [i, name] of ["Bates MFL-000001 to 001840.pdf", "Driver logs August 2022.pdf", "Invoices 2021-2022.pdf", "Board minutes.docx"].entries()) {
        const total = [1840, 212, 96, 14][i]!;
        const done = [611, 0, 0, 0][i]!;
        const id = `w${i}`;
        list.push(makeDocument({ id, name, kind: name.endsWith("docx") ? "word" : "pdf", pages: total, pagesRead: done, bytes: total * 41_000, status: i === 0 ? "reading" : "queued" }));
        jobs.get(main.id)!.push(
          job(main.id, id, name, i === 0 ? { state: "running", done, total, perSecond: 11.4, etaSeconds: 108 } : i === 2 ? { state: "paused", total } : { state: "queued", total }),
        );
      }
      count(main.id);
    }
    if (scene === "many" || scene === "busy") {
      const list = documents.get(main.id)!;
      for (const d of production(50_000)) list.push(makeDocument(d));
      count(main.id);
      if (scene === "busy") void rush(main.id);
    }
  }
  begin();

  /** A production that is being read: hundreds of events a second, as fast workers send them. */
  async function rush(m: string) {
    const list = documents.get(m)!;
    const waiting = list.filter((d) => d.id.startsWith("n"));
    const work = jobs.get(m)!;
    for (const d of waiting) {
      Object.assign(d, { status: "queued", pagesRead: 0 });
      work.push(job(m, d.id, d.name, { state: "queued", total: d.pages }));
    }
    for (let at = 0; at < waiting.length && listeners.size >= 0; at += 20) {
      await wait(50);
      for (const d of waiting.slice(at, at + 20)) {
        Object.assign(d, { status: "ready", pagesRead: d.pages });
        push({ kind: "document", matter: m, document: { ...d } });
        push({ kind: "job", matter: m, job: job(m, d.id, d.name, { state: "done", done: d.pages, total: d.pages }) });
      }
    }
  }

  /** Reads a file that somebody added, page by page, as a worker would. */
  async function read(m: string, document: Document, work: Job) {
    const list = documents.get(m)!;
    const pages = pagesOf(document.id).length;
    const tell = () => {
      push({ kind: "job", matter: m, job: { ...work } });
      push({ kind: "document", matter: m, document: { ...document } });
    };
    Object.assign(work, { state: "running", total: pages, perSecond: 5.5, etaSeconds: pages * 0.2 });
    Object.assign(document, { status: "reading", pages });
    for (let n = 1; n <= pages; n++) {
      await wait(pace.page);
      if (work.state !== "running") return tell();
      document.pagesRead = work.done = n;
      tell();
    }
    Object.assign(work, { state: "done", etaSeconds: 0 });
    document.status = "ready";
    if (list.includes(document)) count(m);
    tell();
  }

  function add(m: string, incoming: { name: string; bytes?: Uint8Array }[]): AddResult {
    const result: AddResult = { jobs: [], known: [], rejected: [], skipped: [] };
    for (const { name, bytes } of incoming) {
      const known = documents.get(m)!.find((d) => d.name === name);
      if (known) {
        result.known.push(known);
        continue;
      }
      const kind = /\.pdf$/i.test(name) ? "pdf" : /\.docx$/i.test(name) ? "word" : /\.eml$/i.test(name) ? "mail" : /\.txt$/i.test(name) ? "text" : "";
      if (kind === "") {
        result.rejected.push({ name, code: "unsupported", problem: `${name} is of a kind that Mark AI cannot read. PDF, Word, e-mail, pictures and plain text can be read.` });
        continue;
      }
      const id = `d${++serial}`;
      fixtures.set(id, { document: { id, name, kind }, paragraphs: [{ text: name, bold: true, align: "center", size: 14 }, ...casefile[0]!.paragraphs.slice(1)] });
      const document = makeDocument({ id, name, kind, bytes: bytes?.length ?? 90_000, pagesRead: 0, status: "queued", added: new Date().toISOString() });
      documents.get(m)!.push(document);
      const work = job(m, id, name, {});
      jobs.get(m)!.push(work);
      result.jobs.push({ ...work });
      void read(m, document, work);
    }
    count(m);
    return result;
  }

  async function* ask(m: string, request: AskRequest, signal: AbortSignal): AsyncGenerator<AskEvent> {
    let conversation = request.conversation ? threads.get(request.conversation) : undefined;
    if (!conversation) {
      const id = `c${++serial + 10}`;
      conversation = { id, title: request.question, updated: new Date().toISOString(), matter: m, messages: [] };
      threads.set(id, conversation);
    }
    yield { kind: "started", conversation: conversation.id };
    const scope = inMatter(m).filter((f) => !request.documents?.length || request.documents.includes(f.document.id));
    await wait(pace.first, signal);
    if (signal.aborted) return;
    if ((documents.get(m)?.length ?? 0) === 0) {
      yield { kind: "error", error: { code: "not_found", message: "This matter has no documents yet. Add some, then ask again." } };
      return;
    }
    const final = { ...answerTo(request.question, scope, pagesOf), route: routeOf(scene, { question: request.question, ...(request.expert ? { expert: request.expert } : {}) }) };
    yield { kind: "passages", passages: final.refused ? final.nearest : hitsFor(request.question, scope, pagesOf) };
    for (const sentence of final.sentences) {
      for (const word of sentence.text.split(/(?<=\s)/)) {
        await wait(pace.word * (scene === "slow" ? 20 : 1), signal);
        if (signal.aborted) return;
        yield { kind: "draft", draft: word };
      }
      yield { kind: "draft", draft: " " };
      await wait(pace.sentence, signal);
      yield { kind: "sentence", sentence };
    }
    conversation.messages.push(
      { role: "user", text: request.question, created: new Date().toISOString() },
      { role: "assistant", text: final.text, answer: final, created: new Date().toISOString() },
    );
    yield { kind: "final", final };
  }

  const client: Client = {
    native: false,
    state: async () => {
      if (scene === "broken") throw new ClientError("unavailable", "Mark AI does not answer. Check that the program is still running.");
      return { ...state };
    },
    createVault: async () => {
      state.vault = "open";
      state.recoveryKey = "K7QF-2M9D-XW4T-HB6C-8RPN-V3JA-5GZE-YLU2";
      return { recoveryKey: state.recoveryKey };
    },
    keptRecovery: async () => void delete state.recoveryKey,
    unlock: async ({ passphrase, recoveryKey }) => {
      if (passphrase === "wrong" || recoveryKey === "wrong") throw new ClientError("wrong_key", "This passphrase does not open the vault. Check the keyboard layout and try again.");
      state.vault = "open";
    },
    lock: async () => {
      state.vault = "locked";
      push({ kind: "state", state: { ...state } });
    },
    matters: async () => matters.map((m) => ({ ...m })),
    createMatter: async (name) => {
      if (matters.some((m) => m.name === name)) throw new ClientError("exists", `There is already a matter called “${name}”. Choose another name.`);
      return { ...makeMatter(name) };
    },
    renameMatter: async (id, name) => {
      matter(id).name = name;
      count(id);
    },
    eraseMatter: async (id, confirm) => {
      if (matter(id).name !== confirm) throw new ClientError("invalid", "The name does not match. Nothing was erased.");
      matters.splice(matters.findIndex((m) => m.id === id), 1);
    },
    openSample: async () => {
      const known = matters.find((m) => m.id === "sample");
      if (known) return { ...known };
      const m = makeMatter("Sample matter", "sample");
      fill(m.id);
      return { ...m };
    },
    queryDocuments: async (m, query) => (matter(m), catalog.query(documents.get(m)!, query)),
    facets: async (m, query) => (matter(m), catalog.facets(documents.get(m)!, query)),
    features: async (m, d, kinds = []) => {
      const document = documents.get(m)!.find((x) => x.id === d);
      if (!document) throw gone("This document");
      const found = fixtures.has(d) && document.pagesRead > 0 ? findingsOf(document, pagesOf(d)) : [];
      return found.filter((f) => (kinds.length > 0 ? kinds.includes(f.kind) : f.kind !== "line"));
    },
    findFeatures: async (m, kind, value) =>
      inMatter(m).flatMap(({ document }) => findingsOf(documents.get(m)!.find((d) => d.id === document.id)!, pagesOf(document.id)).filter((f) => f.kind === kind && f.value?.toLowerCase() === value.toLowerCase())),
    addFiles: async (m, added) => add(m, await Promise.all(added.map(async (f) => ({ name: f.name, bytes: new Uint8Array(await f.arrayBuffer()) })))),
    addPaths: async (m, paths) => add(m, paths.map((path) => ({ name: path.split("/").pop() ?? path }))),
    pickFiles: async (m) => add(m, [{ name: "Supplemental production.pdf" }]),
    removeDocument: async (m, d) => {
      documents.set(m, documents.get(m)!.filter((x) => x.id !== d && x.parent !== d));
      jobs.set(m, jobs.get(m)!.filter((x) => x.document !== d));
      count(m);
    },
    page: async (_m, d, n): Promise<Page> => {
      const page = pagesOf(d)[n - 1];
      if (!page) throw gone("This page");
      return page.page;
    },
    original: async (_m, d, from, to) => {
      let bytes = files.get(d);
      if (!bytes) files.set(d, (bytes = (fixtures.get(d)?.document.kind === "image" && (await writePicture(pagesOf(d)[0]!))) || writePDF(pagesOf(d), d === "notice")));
      return { bytes: bytes.slice(from, to), total: bytes.length };
    },
    compare: async (m, a, b) => {
      const [old, later] = [a, b].map((id) => documents.get(m)!.find((d) => d.id === id));
      if (!old || !later) throw gone("This document");
      return comparisonOf(old, later, pagesOf(a), pagesOf(b));
    },
    watchedFolders: async (m) => (matter(m), (folders.get(m) ?? []).map((f) => ({ ...f }))),
    watchFolder: async (m, path) => {
      if (!path.startsWith("/")) throw new ClientError("invalid", `“${path}” is not the whole path of a folder. Give it from the root, as /srv/cases/Case file.`);
      const folder: WatchedFolder = { path, added: new Date().toISOString(), scanned: new Date().toISOString(), files: 0, scanning: false, live: true };
      folders.set(m, [...(folders.get(m) ?? []), folder]);
      push({ kind: "folders", matter: m });
      return { ...folder };
    },
    unwatchFolder: async (m, path) => {
      folders.set(m, (folders.get(m) ?? []).filter((f) => f.path !== path));
      push({ kind: "folders", matter: m });
    },
    scanFolder: async (m, path) => {
      const folder = (folders.get(m) ?? []).find((f) => f.path === path);
      if (!folder) throw gone("This folder");
      folder.scanned = new Date().toISOString();
      return { added: 0, known: 0, changed: 0, moved: 0, missing: 0, returned: 0, unchanged: folder.files, waiting: 0, problems: [] };
    },
    pickFolder: async () => "/srv/cases/Halloran production",
    progress: async (m) => {
      const p = progress((matter(m), jobs.get(m)!));
      return { waiting: p.running + p.waiting, ended: p.done + p.failed, needYou: p.failed, paused: p.paused, fraction: p.share, etaSeconds: p.etaSeconds, jobs: jobs.get(m)!.filter((j) => j.state === "running").slice(0, 20) };
    },
    jobs: async (m, states = [], offset = 0, limit = 0) => {
      matter(m);
      const all = jobs.get(m)!.filter((j) => states.length === 0 || states.includes(j.state)).reverse();
      return { jobs: all.slice(offset, offset + (limit || 500)).map((j) => ({ ...j })), total: all.length };
    },
    allJobs: async (m, action) => {
      for (const j of (matter(m), jobs.get(m)!)) {
        if (action === "pause" && (j.state === "queued" || j.state === "running")) j.state = "paused";
        else if (action === "resume" && j.state === "paused") j.state = "queued";
      }
    },
    readAgain: async (m, d) => {
      const document = documents.get(m)!.find((o) => o.id === d);
      if (!document) throw gone("This document");
      if (document.kind !== "pdf") throw new ClientError("invalid", "Only the pages of a PDF can be read again from their pictures.");
      const job = { ...jobs.get(m)![0]!, id: `again-${d}`, document: d, name: document.name, state: "queued" as const };
      jobs.get(m)!.push(job);
      return { ...job };
    },
    picture: async (_m, d, n) => {
      const page = pagesOf(d)[n - 1];
      const bytes = page && (await writePicture(page));
      if (!bytes) throw gone("This page");
      return new Blob([bytes as Uint8Array<ArrayBuffer>]);
    },
    jobAction: async (m, id, { action, password }) => {
      const work = jobs.get(m)!.find((j) => j.id === id);
      const document = documents.get(m)!.find((d) => d.id === work?.document);
      if (!work || !document) throw gone("This job");
      if (action === "pause") work.state = "paused";
      if (action === "cancel") work.state = "canceled";
      if (action === "resume" || action === "retry") {
        if (work.code === "needs_password" && password !== "test") throw new ClientError("wrong_key", "This password does not open the file.");
        if (!fixtures.has(document.id)) fixtures.set(document.id, { document, paragraphs: casefile[1]!.paragraphs });
        delete work.problem;
        delete document.problem;
        delete work.code;
        delete document.code;
        void read(m, document, work);
      }
      push({ kind: "job", matter: m, job: { ...work } });
    },
    search: async (m, request) => {
      matter(m);
      const filter = { ...request.filter, ...(request.kinds ? { kinds: request.kinds } : {}) };
      const selected = new Set(catalog.query(documents.get(m)!, filter).documents.map((d) => d.id));
      const scope = inMatter(m).filter((f) => selected.has(f.document.id) && (!request.documents?.length || request.documents.includes(f.document.id)));
      return documents.get(m)!.length === 0 ? [] : hitsFor(request.query, scope, pagesOf).slice(0, request.limit ?? 20);
    },
    readSearch: async (m, query) => (matter(m), readingOf(query)),
    ask,
    conversations: async (m) => [...threads.values()].filter((t) => t.matter === m).map(({ id, title, updated }) => ({ id, title, updated })).sort((a, b) => b.updated.localeCompare(a.updated)),
    messages: async (_m, c) => threads.get(c)?.messages ?? [],
    deleteConversation: async (_m, c) => void threads.delete(c),
    ...fakeTrust(threads, push),
    settings: async () => [...values.values()],
    putSetting: async (key, value) => {
      const setting = values.get(key);
      if (!setting) throw new ClientError("invalid", `There is no setting called ${key}.`);
      values.set(key, { ...setting, value, origin: "settings" });
      state.offline = values.get("network.hosts")!.value === "";
      push({ kind: "state", state: { ...state } });
    },
    ...fakeModels(scene, values, push),
    saveText: async (name, text) => {
      if (typeof document !== "undefined") download(name, new Blob([text]));
      return name;
    },
    saveOriginal: async (m, d, name) => {
      const { bytes } = await client.original(m, d, 0, Number.MAX_SAFE_INTEGER);
      if (typeof document !== "undefined") download(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
      return name;
    },
    saveSearchable: async (m, d) => client.saveOriginal(m, d, inMatter(m).find((f) => f.document.id === d)!.document.name.replace(/\.[^.]*$/, " (searchable).pdf")),
    saveAnswer: async (m, c, n, format) => {
      const messages = await client.messages(m, c);
      const at = messages.findIndex((message, i) => message.answer && messages.slice(0, i + 1).filter((before) => before.answer).length === n);
      const answer = messages[at]?.answer;
      if (!answer) throw new ClientError("not_found", "There is no such answer in this conversation.");
      return client.saveText(`${messages[at - 1]!.text.replace(/[?]$/, "")}.${format}`, answer.sentences.map((s) => s.text).join("\n"));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return client;
}
