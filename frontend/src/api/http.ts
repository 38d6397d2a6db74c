import { ClientError, type Client, type Piece, type Push } from "./client";
import { decodeEvents } from "./sse";
import type { AskEvent, DocumentList, Error as WireError, Event, JobList, Model, TryEvent } from "./types.gen";

/** Where the server is and, outside a browser with its cookie, the token. */
export interface HttpOptions {
  base?: string;
  token?: string;
}

/** Milliseconds to wait before the event stream is opened again. */
const reconnect = [500, 1000, 2000, 5000];

/** The client for `markai serve`: REST, with server-sent events for streams. */
export function httpClient({ base = "", token }: HttpOptions = {}): Client {
  const auth: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(base + path, {
        credentials: "same-origin",
        ...init,
        method,
        headers: { ...auth, ...(init.headers as Record<string, string> | undefined) },
      });
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "AbortError") {
        throw new ClientError("canceled", "The request was cancelled.");
      }
      throw new ClientError("unavailable", "Mark AI does not answer. Check that the program is still running.");
    }
    if (!response.ok) throw await failure(response);
    return response;
  }

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await send(
      method,
      path,
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } },
    );
    const text = await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  const at = (matter: string, rest = "") => `/api/matters/${encodeURIComponent(matter)}${rest}`;
  const model = (id: string, rest = "") => `/api/models/${encodeURIComponent(id)}${rest}`;
  const doc = (matter: string, document: string, rest = "") =>
    at(matter, `/documents/${encodeURIComponent(document)}${rest}`);
  const list = async <T>(path: string) => (await call<T[] | null>("GET", path)) ?? [];

  /** The events called name that the answer to a request consists of. */
  async function* stream<T>(path: string, name: string, body: unknown, signal: AbortSignal): AsyncGenerator<T> {
    const response = await send("POST", path, {
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      signal,
    });
    if (!response.body) return;
    try {
      for await (const { event, data } of decodeEvents(response.body)) {
        // Several events may have come in one piece: those after a stop are not wanted.
        if (signal.aborted) return;
        if (event === name || event === "message") yield JSON.parse(data) as T;
      }
    } catch (cause) {
      if (signal.aborted) return;
      throw cause instanceof ClientError
        ? cause
        : new ClientError("unavailable", "The connection was lost before the answer was finished. Ask again.");
    }
  }

  function subscribe(listener: (push: Push) => void): () => void {
    const stop = new AbortController();
    void (async () => {
      for (let failures = 0; !stop.signal.aborted; ) {
        try {
          const response = await send("GET", "/api/events", {
            headers: { Accept: "text/event-stream" },
            signal: stop.signal,
          });
          listener({ kind: "connection", up: true });
          failures = 0;
          if (response.body) {
            for await (const { data } of decodeEvents(response.body)) {
              listener({ kind: "event", event: JSON.parse(data) as Event });
            }
          }
        } catch {
          if (stop.signal.aborted) return;
        }
        if (stop.signal.aborted) return;
        listener({ kind: "connection", up: false });
        const wait = reconnect[Math.min(failures++, reconnect.length - 1)];
        await new Promise((done) => setTimeout(done, wait));
      }
    })();
    return () => stop.abort();
  }

  /** Fetches a file and lets the browser keep it under the name that the server gives it. */
  const keep = async (path: string): Promise<string> => {
    const response = await send("GET", path);
    const name = attachedName(response.headers.get("Content-Disposition") ?? "");
    download(name, await response.blob());
    return name;
  };

  return {
    native: false,
    state: () => call("GET", "/api/state"),
    createVault: (request) => call("POST", "/api/vault", request),
    keptRecovery: () => call("POST", "/api/vault/recovery-seen"),
    unlock: (request) => call("POST", "/api/vault/unlock", request),
    lock: () => call("POST", "/api/vault/lock"),
    matters: () => list("/api/matters"),
    createMatter: (name) => call("POST", "/api/matters", { name }),
    renameMatter: (matter, name) => call("PATCH", at(matter), { name }),
    eraseMatter: (matter, confirm) => call("DELETE", at(matter), { confirm }),
    openSample: () => call("POST", "/api/matters/sample"),
    queryDocuments: async (matter, query) => {
      const { documents, total } = await call<DocumentList>("POST", at(matter, "/documents/query"), query);
      return { documents: documents ?? [], total };
    },
    facets: (matter, query) => call("POST", at(matter, "/documents/facets"), query),
    features: (matter, document, kinds = []) =>
      list(doc(matter, document, `/features?${kinds.map((kind) => `kind=${encodeURIComponent(kind)}`).join("&")}`)),
    findFeatures: (matter, kind, value) =>
      list(at(matter, `/features/${encodeURIComponent(kind)}?value=${encodeURIComponent(value)}`)),
    addFiles: async (matter, files) => {
      const form = new FormData();
      for (const file of files) form.append("files", file, file.name);
      return (await send("POST", at(matter, "/documents"), { body: form })).json();
    },
    addPaths: (matter, paths) => call("POST", at(matter, "/paths"), { paths }),
    pickFiles: () => Promise.reject(new ClientError("unsupported", "The browser shows its own file dialog.")),
    removeDocument: (matter, document) => call("DELETE", doc(matter, document)),
    page: (matter, document, number) => call("GET", doc(matter, document, `/pages/${number}`)),
    original: (matter, document, from, to) => fetchPiece(base + doc(matter, document, "/original"), from, to, auth),
    picture: async (matter, document, number) =>
      (await send("GET", doc(matter, document, `/pages/${number}/picture`))).blob(),
    readAgain: (matter, document) => call("POST", doc(matter, document, "/reread")),
    compare: (matter, a, b) => call("GET", at(matter, `/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`)),
    watchedFolders: (matter) => list(at(matter, "/folders")),
    watchFolder: (matter, path) => call("POST", at(matter, "/folders"), { path }),
    unwatchFolder: (matter, path) => call("DELETE", at(matter, "/folders"), { path }),
    scanFolder: (matter, path) => call("POST", at(matter, "/folders/scan"), { path }),
    pickFolder: () => Promise.reject(new ClientError("unsupported", "A browser cannot choose a folder of the server.")),
    progress: (matter) => call("GET", at(matter, "/progress")),
    jobs: async (matter, states = [], offset = 0, limit = 0) => {
      const query = [...states.map((state) => `state=${state}`), `offset=${offset}`, `limit=${limit}`].join("&");
      const { jobs, total } = await call<JobList>("GET", at(matter, `/jobs?${query}`));
      return { jobs: jobs ?? [], total };
    },
    allJobs: (matter, action) => call("POST", at(matter, "/jobs"), { action }),
    jobAction: (matter, job, action) => call("POST", at(matter, `/jobs/${encodeURIComponent(job)}`), action),
    search: async (matter, request) => (await call<{ hits: [] | null }>("POST", at(matter, "/search"), request)).hits ?? [],
    readSearch: (matter, query) => call("POST", at(matter, "/search/read"), { query }),
    ask: (matter, request, signal) => stream<AskEvent>(at(matter, "/ask"), "ask", request, signal),
    conversations: (matter) => list(at(matter, "/conversations")),
    messages: (matter, conversation) => list(at(matter, `/conversations/${encodeURIComponent(conversation)}`)),
    deleteConversation: (matter, conversation) =>
      call("DELETE", at(matter, `/conversations/${encodeURIComponent(conversation)}`)),
    sayOfAnswer: (matter, feedback) => call("POST", at(matter, "/feedback"), feedback),
    quality: (matter) => call("GET", at(matter, "/quality")),
    replay: (matter, id) => call("POST", at(matter, `/quality/${encodeURIComponent(id)}/replay`)),
    selfChecks: () => call("GET", "/api/selfcheck"),
    startSelfCheck: () => call("POST", "/api/selfcheck"),
    stopSelfCheck: () => call("DELETE", "/api/selfcheck"),
    settings: () => list("/api/settings"),
    putSetting: (key, value) => call("PUT", "/api/settings", { key, value }),
    models: () => list("/api/models"),
    catalogue: () => call("GET", "/api/models/catalogue"),
    importModelFile: async (file) => {
      const form = new FormData();
      form.append("model", file, file.name);
      return (await send("POST", "/api/models", { body: form })).json() as Promise<Model>;
    },
    importModelPath: (path) => call("POST", "/api/models/import", { path }),
    pickModel: () => Promise.reject(new ClientError("unsupported", "The browser shows its own file dialog.")),
    removeModel: (id) => call("DELETE", model(id)),
    useModel: (id) => call("POST", model(id, "/use")),
    verifyModel: (id) => call("POST", model(id, "/verify")),
    configureModel: (id, settings) => call("PUT", model(id, "/settings"), settings),
    tryModel: (id, question, signal) => stream<TryEvent>(model(id, "/try"), "try", { question }, signal),
    downloads: () => list("/api/downloads"),
    downloadModel: (request) => call("POST", "/api/downloads", request),
    downloadAction: (id, action) => call("POST", `/api/downloads/${encodeURIComponent(id)}`, { action }),
    modelReport: () => call("GET", "/api/models/report"),
    engine: () => call("GET", "/api/engine"),
    experts: () => list("/api/experts"),
    route: (request) => call("POST", "/api/route", request),
    saveText: async (name, text) => (download(name, new Blob([text], { type: "text/plain;charset=utf-8" })), name),
    saveOriginal: async (matter, document, name) => {
      const response = await send("GET", doc(matter, document, "/original"));
      download(name, await response.blob());
      return name;
    },
    saveSearchable: (matter, document) => keep(doc(matter, document, "/searchable")),
    saveAnswer: (matter, conversation, n, format) =>
      keep(at(matter, `/conversations/${encodeURIComponent(conversation)}/answers/${n}/${format}`)),
    subscribe,
  };
}

/** The name in a Content-Disposition header (RFC 6266), in either of its forms. */
export function attachedName(disposition: string): string {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded) return decodeURIComponent(encoded);
  const [, quoted, bare] = /filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition) ?? [];
  return quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "download";
}

/** Hands bytes to the browser as a file to be kept. */
export function download(name: string, bytes: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  // The browser has taken the address up by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Turns a response that is not 2xx into what a person may read of it. */
async function failure(response: Response): Promise<ClientError> {
  try {
    const { error } = (await response.json()) as { error?: WireError };
    if (error?.message) return new ClientError(error.code, error.message);
  } catch {
    // Not our JSON: a proxy or a crash. The status says what there is to say.
  }
  if (response.status === 401 || response.status === 403) {
    return new ClientError(
      "forbidden",
      "This page has no valid key. Open the link again that Mark AI printed when it started.",
    );
  }
  return new ClientError("internal", `Mark AI answered with status ${response.status}. Nothing was changed.`);
}

/** Fetches a picture; what the program says is wrong is the failure's message. */
export async function fetchPicture(url: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new ClientError("unavailable", "Mark AI does not answer. Check that the program is still running.");
  }
  if (!response.ok) throw new ClientError("unsupported", (await response.text()) || "This page cannot be drawn.");
  return response.blob();
}

/** Fetches bytes [from, to) of url by a Range request. */
export async function fetchPiece(
  url: string,
  from: number,
  to: number,
  headers: Record<string, string> = {},
): Promise<Piece> {
  let response: Response;
  try {
    response = await fetch(url, {
      credentials: "same-origin",
      headers: { ...headers, Range: `bytes=${from}-${to - 1}` },
    });
  } catch {
    throw new ClientError("unavailable", "The file could not be fetched. Check that Mark AI is still running.");
  }
  if (!response.ok) throw await failure(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 206) return { bytes: bytes.subarray(from, to), total: bytes.length };
  const total = Number(/\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1] ?? NaN);
  return { bytes, total: Number.isFinite(total) ? total : from + bytes.length };
}
