import { ClientError, type Client, type Push } from "./client";
import { fetchPiece, fetchPicture } from "./http";
import type { AskEvent, DocumentList, Event, JobList, Model, TryEvent } from "./types.gen";

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>;

interface Runtime {
  EventsOn(name: string, listener: (...data: unknown[]) => void): () => void;
}

interface WailsWindow {
  go?: { desktop?: { Bridge?: Bound } };
  runtime?: Runtime;
}

/** Whether this page runs inside the desktop program. */
export function inDesktop(): boolean {
  const w = window as unknown as WailsWindow;
  return Boolean(w.go?.desktop?.Bridge && w.runtime);
}

/** The client for the desktop window: bound methods, and events for streams. */
export function wailsClient(): Client {
  const { go, runtime } = window as unknown as WailsWindow;
  const bridge = go!.desktop!.Bridge!;
  const events = runtime!;

  async function call<T>(method: string, ...args: unknown[]): Promise<T> {
    const bound = bridge[method];
    if (!bound) throw new ClientError("internal", `This version of the program cannot do that (${method}).`);
    try {
      return (await bound(...args)) as T;
    } catch (cause) {
      throw asError(cause);
    }
  }
  const list = async <T>(method: string, ...args: unknown[]) => (await call<T[] | null>(method, ...args)) ?? [];

  /** The events that a method starts; they come under its prefix and the id that it returns, until one is the last. */
  async function* stream<T>(prefix: string, last: (event: T) => boolean, signal: AbortSignal, method: string, ...args: unknown[]): AsyncGenerator<T> {
    const id = await call<string>(method, ...args);
    const queue: T[] = [];
    let wake = () => {};
    const off = events.EventsOn(`${prefix}:${id}`, (event) => {
      queue.push(event as T);
      wake();
    });
    const stop = () => wake();
    signal.addEventListener("abort", stop);
    let over = false;
    try {
      // The bridge holds the first event back until it knows that somebody listens.
      await bridge.AskReady?.(id);
      while (!signal.aborted) {
        const event = queue.shift();
        if (!event) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        over = last(event);
        yield event;
        if (over) return;
      }
    } finally {
      off();
      signal.removeEventListener("abort", stop);
      if (!over) await call("CancelAsk", id).catch(() => undefined);
    }
  }

  function subscribe(listener: (push: Push) => void): () => void {
    const offs = [
      events.EventsOn("event", (event) => listener({ kind: "event", event: event as Event })),
      events.EventsOn("files-dropped", (paths) => listener({ kind: "files-dropped", paths: paths as string[] })),
    ];
    return () => offs.forEach((off) => off());
  }

  return {
    native: true,
    state: () => call("State"),
    createVault: (request) => call("CreateVault", request),
    keptRecovery: () => call("AcknowledgeRecovery"),
    unlock: (request) => call("Unlock", request),
    lock: () => call("Lock"),
    matters: () => list("Matters"),
    createMatter: (name) => call("CreateMatter", name),
    renameMatter: (matter, name) => call("RenameMatter", matter, name),
    eraseMatter: (matter, confirm) => call("EraseMatter", matter, confirm),
    openSample: () => call("OpenSample"),
    queryDocuments: async (matter, query) => {
      const { documents, total } = await call<DocumentList>("QueryDocuments", matter, query);
      return { documents: documents ?? [], total };
    },
    facets: (matter, query) => call("Facets", matter, query),
    features: (matter, document, kinds = []) => list("Features", matter, document, kinds),
    findFeatures: (matter, kind, value) => list("FindFeatures", matter, kind, value),
    addFiles: () =>
      Promise.reject(new ClientError("unsupported", "In the window, files are added by dropping them or from the dialog.")),
    addPaths: (matter, paths) => call("AddPaths", matter, paths),
    pickFiles: (matter) => call("PickFiles", matter),
    removeDocument: (matter, document) => call("RemoveDocument", matter, document),
    page: (matter, document, number) => call("Page", matter, document, number),
    original: (matter, document, from, to) =>
      fetchPiece(`/original/${encodeURIComponent(matter)}/${encodeURIComponent(document)}`, from, to),
    picture: (matter, document, number) =>
      fetchPicture(`/picture/${encodeURIComponent(matter)}/${encodeURIComponent(document)}/${number}`),
    readAgain: (matter, document) => call("ReadAgain", matter, document),
    compare: (matter, a, b) => call("Compare", matter, a, b),
    watchedFolders: (matter) => list("WatchedFolders", matter),
    watchFolder: (matter, path) => call("WatchFolder", matter, path),
    unwatchFolder: (matter, path) => call("UnwatchFolder", matter, path),
    scanFolder: (matter, path) => call("ScanFolders", matter, path),
    pickFolder: async () => (await call<string>("PickFolder")) || undefined,
    progress: (matter) => call("Progress", matter),
    jobs: async (matter, states = [], offset = 0, limit = 0) => {
      const { jobs, total } = await call<JobList>("Jobs", matter, states, offset, limit);
      return { jobs: jobs ?? [], total };
    },
    allJobs: (matter, action) => call("AllJobs", matter, action),
    jobAction: (matter, job, action) => call("JobAction", matter, job, action),
    search: (matter, request) => list("Search", matter, request),
    readSearch: (matter, query) => call("ReadSearch", matter, query),
    ask: (matter, request, signal) => stream<AskEvent>("ask", (e) => e.kind === "final" || e.kind === "error", signal, "Ask", matter, request),
    conversations: (matter) => list("Conversations", matter),
    messages: (matter, conversation) => list("Messages", matter, conversation),
    deleteConversation: (matter, conversation) => call("DeleteConversation", matter, conversation),
    sayOfAnswer: (matter, feedback) => call("SayOfAnswer", matter, feedback),
    quality: (matter) => call("Quality", matter),
    replay: (matter, id) => call("Replay", matter, id),
    selfChecks: () => call("SelfChecks"),
    startSelfCheck: () => call("StartSelfCheck"),
    stopSelfCheck: () => call("StopSelfCheck"),
    settings: () => list("Settings"),
    putSetting: (key, value) => call("PutSetting", key, value),
    models: () => list("Models"),
    catalogue: () => call("Catalogue"),
    importModelFile: () => Promise.reject(new ClientError("unsupported", "In the window, a model is imported by dropping it or from the dialog.")),
    importModelPath: (path) => call("ImportModel", path),
    pickModel: async () => (await call<Model | null>("PickModel")) ?? undefined,
    removeModel: (id) => call("RemoveModel", id),
    useModel: (id) => call("UseModel", id),
    verifyModel: (id) => call("VerifyModel", id),
    configureModel: (id, settings) => call("ConfigureModel", id, settings),
    tryModel: (id, question, signal) => stream<TryEvent>("try", (e) => e.kind === "done" || e.kind === "error", signal, "TryModel", id, question),
    downloads: () => list("Downloads"),
    downloadModel: (request) => call("DownloadModel", request),
    downloadAction: (id, action) => call("DownloadAction", id, action),
    modelReport: () => call("ModelReport"),
    engine: () => call("Engine"),
    experts: () => list("Experts"),
    route: (request) => call("Route", request),
    saveText: async (name, text) => (await call<string>("SaveText", name, text)) || undefined,
    saveOriginal: async (matter, document) => (await call<string>("SaveOriginal", matter, document)) || undefined,
    saveSearchable: async (matter, document) => (await call<string>("SaveSearchable", matter, document)) || undefined,
    saveAnswer: async (matter, conversation, n, format) => (await call<string>("SaveAnswer", matter, conversation, n, format)) || undefined,
    subscribe,
  };
}

/** Reads what a bound method rejected with: an object, its JSON, or a bare message. */
export function asError(cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  let value: unknown = cause;
  if (typeof value === "string" && value.startsWith("{")) {
    try {
      value = JSON.parse(value);
    } catch {
      // A message that happens to start with a brace.
    }
  }
  if (typeof value === "object" && value !== null && "message" in value) {
    const { code, message } = value as { code?: unknown; message: unknown };
    return new ClientError(typeof code === "string" ? code : "internal", String(message));
  }
  return new ClientError("internal", String(value));
}
