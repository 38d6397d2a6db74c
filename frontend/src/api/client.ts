import type { ModelsClient } from "./models";
import type { TrustClient } from "./trust";
import type {
  AddResult,
  AskEvent,
  AskRequest,
  Comparison,
  Conversation,
  CreateVault,
  CreatedVault,
  DocumentList,
  DocumentQuery,
  Event,
  Facets,
  Feature,
  FolderScan,
  Hit,
  Job,
  JobAction,
  JobList,
  Matter,
  MatterProgress,
  Message,
  Page,
  Reading,
  SearchRequest,
  Setting,
  State,
  Unlock,
  WatchedFolder,
} from "./types.gen";

/** What a person may read of a failure, whatever carried it here. */
export class ClientError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "ClientError";
  }
}

/** A piece of an original file: bytes [from, from + bytes.length) of total. */
export interface Piece {
  bytes: Uint8Array;
  total: number;
}

/** Something that the program tells the window unasked. */
export type Push =
  | { kind: "event"; event: Event }
  | { kind: "files-dropped"; paths: string[] }
  /** The connection was lost or came back: what is shown may be stale. */
  | { kind: "connection"; up: boolean };

/**
 * Everything the window can ask of the program. One implementation per
 * transport; all pass the contract in contract.test.ts. Every method rejects
 * with a ClientError.
 */
/** How an answer leaves the program. */
export type PaperFormat = "docx" | "pdf" | "xlsx";

export interface Client extends ModelsClient, TrustClient {
  /** Whether the program can show its own file dialog and take dropped paths. */
  readonly native: boolean;

  state(): Promise<State>;
  createVault(request: CreateVault): Promise<CreatedVault>;
  /** Forgets the recovery key: somebody has kept it. */
  keptRecovery(): Promise<void>;
  unlock(request: Unlock): Promise<void>;
  lock(): Promise<void>;

  matters(): Promise<Matter[]>;
  createMatter(name: string): Promise<Matter>;
  renameMatter(matter: string, name: string): Promise<void>;
  /** Destroys the matter's key. confirm must be its name. */
  eraseMatter(matter: string, confirm: string): Promise<void>;
  /** Opens the sample matter, making it where missing. */
  openSample(): Promise<Matter>;

  /** A part of the documents that a query selects, and how many it selects. */
  queryDocuments(matter: string, query: DocumentQuery): Promise<DocumentList>;
  /** The values to filter by, counted over what a query selects. */
  facets(matter: string, query: DocumentQuery): Promise<Facets>;
  /** What was recognised in a document, in reading order. No kinds: all but the lines of numbered paper. */
  features(matter: string, document: string, kinds?: string[]): Promise<Feature[]>;
  /** Where the documents of a matter have a feature of this value. */
  findFeatures(matter: string, kind: string, value: string): Promise<Feature[]>;
  addFiles(matter: string, files: File[]): Promise<AddResult>;
  addPaths(matter: string, paths: string[]): Promise<AddResult>;
  /** Shows the program's own file dialog. Only where native. */
  pickFiles(matter: string): Promise<AddResult>;
  removeDocument(matter: string, document: string): Promise<void>;
  page(matter: string, document: string, number: number): Promise<Page>;
  /** Bytes [from, to) of the original, fewer at its end. */
  original(matter: string, document: string, from: number, to: number): Promise<Piece>;
  /** A page of a document as a picture that every browser draws. */
  picture(matter: string, document: string, number: number): Promise<Blob>;
  /** Has a PDF read anew from the pictures of its pages, as a document of its own. */
  readAgain(matter: string, document: string): Promise<Job>;

  /** How document b differs from document a, word by word. */
  compare(matter: string, a: string, b: string): Promise<Comparison>;

  watchedFolders(matter: string): Promise<WatchedFolder[]>;
  /** Makes a matter follow a folder of the machine that the program runs on. */
  watchFolder(matter: string, path: string): Promise<WatchedFolder>;
  /** Ends the following of a folder; its documents stay. */
  unwatchFolder(matter: string, path: string): Promise<void>;
  /** Goes through a watched folder now. */
  scanFolder(matter: string, path: string): Promise<FolderScan>;
  /** Shows the program's own dialog for a folder; undefined where it was closed. Only where native. */
  pickFolder(): Promise<string | undefined>;

  /** How the reading of a matter stands; cheap, however many documents there are. */
  progress(matter: string): Promise<MatterProgress>;
  /** A part of a matter's jobs, newest first: those in these states, or (none) all. */
  jobs(matter: string, states?: Job["state"][], offset?: number, limit?: number): Promise<JobList>;
  /** Pauses every job that is not over, or lets every paused one go on. */
  allJobs(matter: string, action: "pause" | "resume"): Promise<void>;
  jobAction(matter: string, job: string, action: JobAction): Promise<void>;

  search(matter: string, request: SearchRequest): Promise<Hit[]>;
  /** How the words of a search are understood, and other spellings for those that stand nowhere. */
  readSearch(matter: string, query: string): Promise<Reading>;
  /** The steps of an answer. Aborting the signal, or leaving the loop, cancels it. */
  ask(matter: string, request: AskRequest, signal: AbortSignal): AsyncIterable<AskEvent>;
  conversations(matter: string): Promise<Conversation[]>;
  messages(matter: string, conversation: string): Promise<Message[]>;
  deleteConversation(matter: string, conversation: string): Promise<void>;

  settings(): Promise<Setting[]>;
  putSetting(key: string, value: string): Promise<void>;

  /** Lets a person keep a text as a file; the name it got, or undefined where they changed their mind. */
  saveText(name: string, text: string): Promise<string | undefined>;

  /** Lets a person keep the original of a document as a file; as saveText. */
  saveOriginal(matter: string, document: string, name: string): Promise<string | undefined>;

  /** Lets a person keep a scan as a PDF that can be searched; as saveText. */
  saveSearchable(matter: string, document: string): Promise<string | undefined>;

  /** Lets a person keep an answer with its sources as a file; n counts the conversation's answers from 1; as saveText. */
  saveAnswer(matter: string, conversation: string, n: number, format: PaperFormat): Promise<string | undefined>;

  /** Calls back for everything pushed, until the returned function is called. */
  subscribe(listener: (push: Push) => void): () => void;
}
