// The desktop's bridge, played by another client: what package desktop binds,
// under the same names and with the same arguments, so that the window's own
// client can be held to the contract of all clients.
import { ClientError, type Client, type PaperFormat } from "../api/client";
import type { DownloadAction } from "../api/models";
import type { AskRequest, CreateVault, DocumentQuery, DownloadRequest, Feedback, Job, JobAction, ModelSettings, RouteRequest, SearchRequest, Unlock } from "../api/types.gen";
import { wailsClient } from "../api/wails";

type Listener = (...data: unknown[]) => void;

/** A wails client whose program is the given client. */
export function wailsOver(program: Client): Client {
  const listeners = new Map<string, Set<Listener>>();
  const emit = (name: string, data: unknown) => listeners.get(name)?.forEach((listener) => listener(data));
  const asking = new Map<string, { stop: AbortController; listening: () => void }>();
  const dropped = new Map<string, File>();

  function stream<T>(prefix: string, run: (signal: AbortSignal) => AsyncIterable<T>): string {
    const id = `${asking.size + 1}`;
    const stop = new AbortController();
    let listening = () => {};
    const ready = new Promise<void>((resolve) => (listening = resolve));
    asking.set(id, { stop, listening });
    void (async () => {
      await ready;
      try {
        for await (const event of run(stop.signal)) emit(`${prefix}:${id}`, event);
      } catch (cause) {
        const { code, message } = cause as ClientError;
        emit(`${prefix}:${id}`, { kind: "error", error: { code, message } });
      }
    })();
    return id;
  }

  const bound = {
    State: () => program.state(),
    CreateVault: (request: CreateVault) => program.createVault(request),
    AcknowledgeRecovery: () => program.keptRecovery(),
    Unlock: (request: Unlock) => program.unlock(request),
    Lock: () => program.lock(),
    Matters: () => program.matters(),
    CreateMatter: (name: string) => program.createMatter(name),
    RenameMatter: (matter: string, name: string) => program.renameMatter(matter, name),
    EraseMatter: (matter: string, confirm: string) => program.eraseMatter(matter, confirm),
    OpenSample: () => program.openSample(),
    QueryDocuments: (matter: string, query: DocumentQuery) => program.queryDocuments(matter, query),
    Facets: (matter: string, query: DocumentQuery) => program.facets(matter, query),
    Features: (matter: string, document: string, kinds: string[]) => program.features(matter, document, kinds),
    FindFeatures: (matter: string, kind: string, value: string) => program.findFeatures(matter, kind, value),
    AddPaths: (matter: string, paths: string[]) => program.addFiles(matter, paths.map((path) => dropped.get(path)!)),
    PickFiles: (matter: string) => program.pickFiles(matter),
    RemoveDocument: (matter: string, document: string) => program.removeDocument(matter, document),
    Page: (matter: string, document: string, number: number) => program.page(matter, document, number),
    Compare: (matter: string, a: string, b: string) => program.compare(matter, a, b),
    WatchedFolders: (matter: string) => program.watchedFolders(matter),
    WatchFolder: (matter: string, path: string) => program.watchFolder(matter, path),
    UnwatchFolder: (matter: string, path: string) => program.unwatchFolder(matter, path),
    ScanFolders: (matter: string, path: string) => program.scanFolder(matter, path),
    PickFolder: () => program.pickFolder(),
    Progress: (matter: string) => program.progress(matter),
    SaveOriginal: (matter: string, document: string) => program.saveOriginal(matter, document, document),
    SaveSearchable: (matter: string, document: string) => program.saveSearchable(matter, document),
    SaveAnswer: (matter: string, conversation: string, n: number, format: PaperFormat) => program.saveAnswer(matter, conversation, n, format),
    SayOfAnswer: (matter: string, feedback: Feedback) => program.sayOfAnswer(matter, feedback),
    Quality: (matter: string) => program.quality(matter),
    Replay: (matter: string, id: string) => program.replay(matter, id),
    SelfChecks: () => program.selfChecks(),
    StartSelfCheck: () => program.startSelfCheck(),
    StopSelfCheck: () => program.stopSelfCheck(),
    ReadAgain: (matter: string, document: string) => program.readAgain(matter, document),
    Jobs: (matter: string, states: Job["state"][], offset: number, limit: number) => program.jobs(matter, states, offset, limit),
    AllJobs: (matter: string, action: "pause" | "resume") => program.allJobs(matter, action),
    JobAction: (matter: string, job: string, action: JobAction) => program.jobAction(matter, job, action),
    Search: (matter: string, request: SearchRequest) => program.search(matter, request),
    ReadSearch: (matter: string, query: string) => program.readSearch(matter, query),
    Ask: (matter: string, request: AskRequest) => stream("ask", (signal) => program.ask(matter, request, signal)),
    AskReady: (id: string) => asking.get(id)?.listening(),
    CancelAsk: (id: string) => asking.get(id)?.stop.abort(),
    Conversations: (matter: string) => program.conversations(matter),
    Messages: (matter: string, conversation: string) => program.messages(matter, conversation),
    DeleteConversation: (matter: string, conversation: string) => program.deleteConversation(matter, conversation),
    Settings: () => program.settings(),
    PutSetting: (key: string, value: string) => program.putSetting(key, value),
    Models: () => program.models(),
    Catalogue: () => program.catalogue(),
    ImportModel: (path: string) => program.importModelPath(path),
    PickModel: () => program.pickModel(),
    RemoveModel: (id: string) => program.removeModel(id),
    UseModel: (id: string) => program.useModel(id),
    VerifyModel: (id: string) => program.verifyModel(id),
    ConfigureModel: (id: string, settings: ModelSettings) => program.configureModel(id, settings),
    TryModel: (model: string, question: string) => stream("try", (signal) => program.tryModel(model, question, signal)),
    Downloads: () => program.downloads(),
    DownloadModel: (request: DownloadRequest) => program.downloadModel(request),
    DownloadAction: (id: string, action: DownloadAction) => program.downloadAction(id, action),
    ModelReport: () => program.modelReport(),
    Engine: () => program.engine(),
    Experts: () => program.experts(),
    Route: (request: RouteRequest) => program.route(request),
    SaveText: (name: string, text: string) => program.saveText(name, text),
  };
  // A bound method rejects with the JSON of code and message, as the Go side does.
  const Bridge = Object.fromEntries(
    Object.entries(bound).map(([name, method]) => [
      name,
      async (...args: never[]) => {
        try {
          return await (method as (...args: never[]) => unknown)(...args);
        } catch (cause) {
          const { code, message } = cause as ClientError;
          throw JSON.stringify({ code, message });
        }
      },
    ]),
  );
  const runtime = {
    EventsOn: (name: string, listener: Listener) => {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => all.delete(listener);
    },
  };
  const page = { go: { desktop: { Bridge } }, runtime };
  Object.assign(globalThis, { window: Object.assign(globalThis.window ?? {}, page) });

  const client = wailsClient();
  return {
    ...client,
    addFiles: (matter, files) => {
      const paths = files.map((file) => `/dropped/${file.name}`);
      paths.forEach((path, i) => dropped.set(path, files[i]!));
      return client.addPaths(matter, paths);
    },
    // The asset handler's part: originals come by address, not over the bridge.
    original: (matter, document, from, to) => program.original(matter, document, from, to),
    picture: (matter, document, number) => program.picture(matter, document, number),
  };
}
