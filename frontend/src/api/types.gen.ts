// Generated from backend/wire by backend/wire/gen. Do not edit.

/** Engine is how the models run now. It holds numbers alone. */
export interface Engine {
  /** RFC 3339 */
  time: string;
  /** of the machine; 0: not known */
  memoryBytes: number;
  freeBytes: number;
  /** that models may take together; 0: no limit but the machine's */
  budgetBytes: number;
  /** that models can be computed on */
  devices: EngineDevice[];
  models: EngineModel[];
}

/** EngineDevice is a processor. */
export interface EngineDevice {
  name: string;
  /** "cpu", "gpu" */
  kind: "cpu" | "gpu";
  memoryBytes: number;
  freeBytes: number;
}

/** EngineModel is one model's figures since the program started. */
export interface EngineModel {
  id: string;
  name: string;
  /** "chat", "embedding" or "rerank" */
  role: "chat" | "embedding" | "rerank";
  /** "off", "missing", "resting", "loading", "ready", "failed" */
  status: "off" | "missing" | "resting" | "loading" | "ready" | "failed";
  device?: string;
  /** that its process holds; 0: not loaded, or not known */
  memoryBytes: number;
  requests: number;
  failed: number;
  cancelled: number;
  /** too busy */
  refused: number;
  /** now */
  running: number;
  /** now */
  waiting: number;
  /** written */
  tokens: number;
  /** tokens of prompts */
  prompt: number;
  /** of those, tokens that need not be computed */
  cached: number;
  guessed: number;
  /** of the guessed, how many stand in the text */
  held: number;
  /** why nothing was guessed ahead last */
  unguessed?: string;
  /** seconds until the first token */
  firstToken: Histogram;
  /** milliseconds from a token to the next */
  between: Histogram;
  /** tokens a second, written */
  decode: Histogram;
  /** tokens a second, of prompts */
  reading: Histogram;
  /** requests in one step */
  batch: Histogram;
  /** the last 60, a second apart, oldest first */
  samples: EngineSample[];
}

/** Histogram is a distribution: Counts[i] values lie below Bounds[i], the last of Counts above all bounds. Without values all is zero. */
export interface Histogram {
  n: number;
  mean: number;
  /** upper end of the bucket that holds it */
  p50: number;
  p95: number;
  bounds: number[];
  counts: number[];
}

/** EngineSample is one second. */
export interface EngineSample {
  /** written a second */
  tokens: number;
  /** read a second */
  prompt: number;
  running: number;
  waiting: number;
  memoryBytes: number;
}

/** Expert is a way of answering: a model, what it is told, and how passages are found for it. */
export interface Expert {
  id: string;
  name: string;
  /** a sentence */
  about: string;
  /** of questions that go to it first */
  kinds: string[];
  /** an ID; empty: quotations alone, no model */
  model: string;
  adapter?: string;
  /** what it is told beside the passages */
  prompt?: string;
  /** "passages", "whole", "survey", "chronology", "calculation", "none" */
  retrieval: "passages" | "whole" | "survey" | "chronology" | "calculation" | "none";
  sampling: Sampling;
  /** it can answer now */
  ready: boolean;
  problem?: string;
  ledger: Ledger;
}

/** Sampling is how tokens are drawn. */
export interface Sampling {
  /** 0: always the likeliest */
  temperature: number;
  /** 0: all */
  topP: number;
  /** 0: all */
  topK: number;
  /** 0: as the settings say */
  maxTokens: number;
}

/** Ledger is how an expert has done so far. It holds no text. */
export interface Ledger {
  uses: number;
  refused: number;
  failed: number;
  /** until the answer was whole */
  p50Ms: number;
  p95Ms: number;
  /** readers' words */
  right: number;
  wrongQuote: number;
  missed: number;
  /** that all this gives it in the choice; 1: none */
  weight: number;
}

/** RouteRequest asks who would answer a question. */
export interface RouteRequest {
  question: string;
  /** the person's own choice */
  expert?: string;
}

/** Route says which expert answers a question, and why. */
export interface Route {
  /** of question */
  kind: string;
  /** 0 to 1 */
  confidence: number;
  /** ID */
  expert: string;
  /** of the expert */
  name: string;
  /** an ID; empty: quotations alone */
  model: string;
  /** by the person */
  chosen: boolean;
  /** sentences */
  why: string[];
  /** the chain, in its order, the one that answers included */
  steps: RouteStep[];
  /** kinds, likeliest first */
  scores: Score[];
}

/** RouteStep is an expert in the chain. */
export interface RouteStep {
  expert: string;
  name: string;
  /** "answers", "skipped", "failed", "behind" (would be next) */
  state: "answers" | "skipped" | "failed" | "behind";
  /** why it was skipped or failed */
  problem?: string;
}

/** Score is how likely a kind is. */
export interface Score {
  kind: string;
  share: number;
}

/** Contradiction is the same thing asked of several passages that say different things. */
export interface Contradiction {
  /** "security deposit" */
  topic: string;
  /** two or more */
  sides: Side[];
}

/** Side is what one document says in a contradiction. */
export interface Side {
  /** as it stands in the quotation */
  value: string;
  /** index into citations */
  citation: number;
  /** of the document, ISO 8601 or less of it */
  date?: string;
}

/** Choices is a question asked back, where the one asked can mean several documents. */
export interface Choices {
  /** "Which agreement do you mean?" */
  question: string;
  options: Option[];
}

/** Option is one answer to a question asked back: ask Question of Documents. */
export interface Option {
  label: string;
  /** what tells it from the others */
  detail?: string;
  question: string;
  documents: string[];
}

/** Computation is a result that code worked out from what documents say. */
export interface Computation {
  /** "June 30, 2023 − 60 days = May 1, 2023" */
  text: string;
  result: string;
  operands: Operand[];
}

/** Operand is a number or date in a computation. */
export interface Operand {
  value: string;
  /** index into citations, or -1: it stands in the question */
  citation: number;
}

/** ChronologyRow is something that happened, or falls due, on a date. */
export interface ChronologyRow {
  /** ISO 8601, or less of it */
  date: string;
  text: string;
  /** index into citations */
  citation: number;
}

/** Job is a piece of long work. */
export interface Job {
  id: string;
  matter: string;
  document: string;
  /** of the document */
  name: string;
  /** "queued", "running", "paused", "done", "failed", "canceled" */
  state: "queued" | "running" | "paused" | "done" | "failed" | "canceled";
  /** "store", "read", "embed", "renew" */
  step: "store" | "read" | "embed" | "renew";
  done: number;
  total: number;
  perSecond: number;
  /** 0 while unknown */
  etaSeconds: number;
  problem?: string;
  code?: string;
  remedies: string[];
  updated: string;
}

/** MatterProgress says how the reading of a matter stands. */
export interface MatterProgress {
  /** documents, those that wait for vectors too */
  waiting: number;
  /** documents */
  ended: number;
  /** of Ended: see their jobs' problems */
  needYou: number;
  /** of the work that is done, 0 to 1; it does not fall */
  fraction: number;
  /** 0 while unknown */
  etaSeconds: number;
  /** documents */
  paused: number;
  /** some that are worked on */
  jobs: Job[];
}

/** JobList is a part of a matter's jobs, newest first. */
export interface JobList {
  jobs: Job[];
  /** in the states that were asked for */
  total: number;
}

/** JobAction asks something of a job. */
export interface JobAction {
  /** "pause", "resume", "cancel", "retry" */
  action: "pause" | "resume" | "cancel" | "retry";
  password?: string;
}

/** AddResult says what became of added files, at once. */
export interface AddResult {
  jobs: Job[];
  /** already in the matter, by content */
  known: Document[];
  rejected: Rejected[];
  /** left out on purpose: hidden files, folders that lead back */
  skipped: Rejected[];
  productions?: Production[];
}

/** Production is what was made of one folder with load files. */
export interface Production {
  /** of the folder */
  name: string;
  /** in the folder */
  load_files: string[];
  /** added */
  documents: number;
  /** in the matter already */
  known: number;
  /** single-page files that became pages of documents */
  pages: number;
  /** what is missing, by Bates number */
  problems: Rejected[];
}

/** Rejected is a path that could not even be queued. */
export interface Rejected {
  name: string;
  code: string;
  problem: string;
}

/** WatchedFolder is a folder that a matter follows. */
export interface WatchedFolder {
  path: string;
  added: string;
  /** when it was last gone through; empty: never */
  scanned: string;
  files: number;
  scanning: boolean;
  /** changes are noticed at once; else it is looked at from time to time */
  live: boolean;
  problem?: string;
}

/** FolderScan says what a look at watched folders came upon, in files. */
export interface FolderScan {
  added: number;
  /** new files whose content the matter held */
  known: number;
  /** of added and known: had other content before */
  changed: number;
  moved: number;
  /** gone; their documents stay */
  missing: number;
  returned: number;
  unchanged: number;
  /** being written, or their document is being read */
  waiting: number;
  problems: Rejected[];
}

/** Comparison says how a document differs from an earlier one. */
export interface Comparison {
  old: Document;
  new: Document;
  /** share of the words that are in both, 0 to 1 */
  same: number;
  /** in reading order */
  runs: CompareRun[];
  /** there are more differences than Runs has */
  cut: boolean;
}

/** CompareRun is a stretch of words that are in both documents or in one. */
export interface CompareRun {
  /** "equal", "inserted", "deleted" */
  change: "equal" | "inserted" | "deleted";
  /** and the white space behind it */
  text: string;
  /** Text leaves out the middle */
  cut: boolean;
  /** where it stands, or would stand */
  oldPage: number;
  /** likewise */
  newPage: number;
  /** of what was deleted */
  oldSpans: PageSpan[];
  /** of what was inserted */
  newSpans: PageSpan[];
}

/** Model is a model of this machine in the manager: one that came with the program, installed or not, or one that a person brought. */
export interface Model {
  id: string;
  name: string;
  /** "chat", "embedding" or "rerank" */
  role: "chat" | "embedding" | "rerank";
  bytes: number;
  /** of memory, estimated, with the context that its settings name */
  needsBytes: number;
  /** as its publisher or the file states it; empty: neither does */
  licence: string;
  installed: boolean;
  active: boolean;
  problem?: string;
  /** a person brought it: it can be removed */
  own: boolean;
  /** its name, without the folder */
  file: string;
  source: string;
  architecture: string;
  /** of its weights: "q8_0" */
  type: string;
  parameters: number;
  /** tokens it was trained on */
  context: number;
  /** of its conversations: "own", or the name of the one that stands in */
  template?: string;
  /** of "chat", "tools", "embedding", "rerank", "vision" */
  capabilities: string[];
  /** as this program computed it */
  sha256?: string;
  needs: MemoryNeed[];
  /** whether it runs here: a sentence */
  advice: string;
  settings: ModelSettings;
  /** of a chat model; left out: not measured yet */
  ability?: ModelAbility;
}

/** ModelAbility is what a chat model was measured to do with a handful of tasks like those that it gets. The shares are of 1. */
export interface ModelAbility {
  /** good enough to write answers; else quotations lead */
  writes: boolean;
  /** it wrote in the form that it was held to */
  grammar: boolean;
  /** tasks with the fact that was asked for */
  answers: number;
  /** sentences that their passages carry */
  keeps: number;
  /** sentences that name a passage which carries them */
  cites: number;
  /** tasks without an answer in which it said so */
  stays: number;
}

/** MemoryNeed is the memory that a model takes with a context of so many tokens. */
export interface MemoryNeed {
  context: number;
  bytes: number;
  fits: boolean;
}

/** ModelSettings are how one model is run. What is left out or zero the program decides. */
export interface ModelSettings {
  /** tokens */
  context: number;
  /** of the processor */
  threads: number;
  /** of what it keeps of a conversation: "", "f16", "q8_0" or "q4_0" */
  kvType: string;
  /** layers on a graphics processor */
  gpuLayers?: number;
  /** ID of the smaller model that guesses ahead */
  draft: string;
  /** 0: always the likeliest token */
  temperature?: number;
}

/** Verified is what the reading of a model's whole file showed. */
export interface Verified {
  /** as it is now */
  sha256: string;
  /** as it was when it was installed; empty: not known */
  before: string;
  /** as its publisher states it; empty: not known */
  stated: string;
  /** equal to what is known of it, and a model */
  sound: boolean;
  /** a sentence */
  report: string;
  /** RFC 3339 */
  time?: string;
}

/** Catalogue is what can be had: well-known open models. */
export interface Catalogue {
  entries: CatalogueEntry[];
  source: string;
  /** of the machine; 0: not known */
  memoryBytes: number;
  /** of memory */
  freeBytes: number;
  /** free where models are kept; 0: not known */
  diskBytes: number;
}

/** CatalogueEntry is one model, in the types that it is published in. */
export interface CatalogueEntry {
  id: string;
  family: string;
  name: string;
  publisher: string;
  /** its path at the source */
  repository: string;
  /** "chat", "embedding" or "rerank" */
  role: "chat" | "embedding" | "rerank";
  licence: Licence;
  parameters: number;
  /** tokens it was trained on */
  context: number;
  capabilities: string[];
  /** what it is for: a sentence */
  about: string;
  files: CatalogueFile[];
}

/** Licence is what a publisher allows. */
export interface Licence {
  name: string;
  text?: string;
  /** where it stands in full; shown, never followed */
  address?: string;
  /** it must be accepted before the model is installed */
  accept: boolean;
  accepted: boolean;
}

/** CatalogueFile is one type of a model's weights. */
export interface CatalogueFile {
  file: string;
  type: string;
  /** 0: not known before it is there */
  bytes: number;
  /** Bytes, or what they are estimated to be */
  estimate?: number;
  /** ID of the model that it is here */
  installed?: string;
  needs: MemoryNeed[];
  fits: boolean;
  /** "It needs 9 GB, 6 GB are free: choose …" */
  advice: string;
  suggested: boolean;
}

/** DownloadRequest asks for a file of the catalogue. */
export interface DownloadRequest {
  entry: string;
  file: string;
  /** the licence */
  accepts: boolean;
}

/** Download is a file of the catalogue on its way. */
export interface Download {
  id: string;
  entry: string;
  name: string;
  file: string;
  /** "waiting", "running", "paused", "checking", "done", "failed", "canceled" */
  state: "waiting" | "running" | "paused" | "checking" | "done" | "failed" | "canceled";
  bytes: number;
  /** 0: not known */
  total: number;
  perSecond: number;
  /** 0 while unknown */
  etaSeconds: number;
  problem?: string;
  /** ID of what was installed */
  model?: string;
}

/** TryEvent is a step of the one question that tries a model. Kind says which other field is set. */
export interface TryEvent {
  /** "loading", "text", "done" or "error" */
  kind: "loading" | "text" | "done" | "error";
  text?: string;
  done?: TryResult;
  error?: Error;
}

/** TryResult is what the question cost. */
export interface TryResult {
  loadMs: number;
  /** from the loaded model to the first token */
  firstMs: number;
  totalMs: number;
  tokens: number;
  tokensPerSecond: number;
}

/** ModelReport lays types of one model side by side, as they were measured last. */
export interface ModelReport {
  /** the first is the original; none: never measured */
  rows: ModelReportRow[];
  /** index of the row recommended, or -1 */
  choice: number;
  /** a sentence */
  why: string;
  /** on which it was measured */
  machine: string;
  /** RFC 3339 */
  time: string;
}

/** ModelReportRow is one type. */
export interface ModelReportRow {
  name: string;
  type: string;
  bytes: number;
  /** of memory; 0: not found */
  peakBytes: number;
  promptPerSecond: number;
  decodePerSecond: number;
  perplexity: number;
  /** nats a token from the first row */
  divergence: number;
  /** share of tokens whose likeliest is the first row's */
  sameFirst: number;
  /** judged */
  tokens: number;
  /** share of questions answered rightly */
  quality: number;
  /** 0: none were asked */
  questions: number;
}

/** Feedback is what a reader says of an answer. */
export interface Feedback {
  conversation: string;
  /** of the answer's message */
  created: string;
  /** "right", "wrong_quote", "missed", "" (takes it back) */
  says: "right" | "wrong_quote" | "missed" | "";
}

/** Quality says how the answers of a matter turned out. */
export interface Quality {
  /** oldest first; days without an answer are left out */
  days: QualityDay[];
  /** answers worth a look, newest first */
  entries: QualityOutcome[];
  /** steps that broke down, most frequent first */
  stages: QualityStage[];
  /** by the expert that answered, most used first */
  experts: QualityExpert[];
}

/** QualityStage counts how often a step of answering broke down in one way. */
export interface QualityStage {
  /** a mark.Stage; empty where it is not known */
  stage: string;
  /** a mark.Code */
  code: string;
  count: number;
}

/** QualityExpert counts the answers of one expert. */
export interface QualityExpert {
  /** its id; "" where none was chosen */
  expert: string;
  answers: number;
  refused: number;
  /** with an altered or unsupported sentence, or called wrong by a reader */
  wrong: number;
  /** called right by a reader */
  right: number;
}

/** QualityDay counts a day's answers, by the model that wrote them. */
export interface QualityDay {
  /** 2026-01-31, where the program runs */
  day: string;
  model: string;
  answers: number;
  refused: number;
  /** refused because search found nothing at all */
  empty: number;
  sentences: number;
  /** sentences */
  altered: number;
  /** sentences */
  unsupported: number;
  /** readers' words, of answers */
  right: number;
  wrongQuote: number;
  missed: number;
  /** what code put right in what a model wrote */
  repairs: number;
  /** answers given while something in scope had not been read */
  unread: number;
  /** answers of which a step broke down */
  failed: number;
  /** questions that got no answer */
  ended: number;
  /** of the time of an answer */
  medianMs: number;
}

/** QualityOutcome is an answer that went wrong, or of which a reader said so. */
export interface QualityOutcome {
  /** for 'markai eval replay' */
  id: string;
  conversation: string;
  question: string;
  created: string;
  model?: string;
  refused: boolean;
  altered: number;
  unsupported: number;
  says?: string;
  totalMs: number;
  expert?: string;
  empty: boolean;
  repairs: number;
  unread: number;
  /** that broke down */
  stages: QualityStage[];
  /** it got no answer */
  ended: boolean;
}

/** Replay is a question put again as it was put before, over the matter as it is now, and how the two answers differ. */
export interface Replay {
  question: string;
  /** RFC 3339 */
  asked: string;
  /** missing where it got none */
  before?: Answer;
  after: Answer;
  same: boolean;
  differences: Difference[];
}

/** Difference is one way in which two answers differ. */
export interface Difference {
  /** "answer", "evidence", "verdict", "searched", "model", "expert" */
  part: "answer" | "evidence" | "verdict" | "searched" | "model" | "expert";
  /** a whole sentence */
  text: string;
  before?: string;
  after?: string;
}

/** SelfCheck is what asking the bundled questions about the sample matter gave on this machine. */
export interface SelfCheck {
  /** RFC 3339 */
  taken: string;
  /** of the program */
  version: string;
  processor: string;
  /** that wrote; missing for quotations alone */
  model?: string;
  /** model; missing where search went by words alone */
  embedding?: string;
  questions: number;
  rates: Rate[];
  /** of an answer */
  medianMs: number;
  /** that 95 of 100 answers stay below */
  slowMs: number;
  /** questions that went wrong */
  failed: SelfFailure[];
}

/** Rate is a share with the interval that holds the true one in 95 of 100 cases. */
export interface Rate {
  /** "found", "precision", "answered", "refused", "verbatim" */
  name: "found" | "precision" | "answered" | "refused" | "verbatim";
  right: number;
  of: number;
  /** 0 to 1, by Wilson */
  least: number;
  most: number;
}

/** SelfFailure is a question that went wrong in a self-check. */
export interface SelfFailure {
  question: string;
  /** a whole sentence */
  problem: string;
}

/** SelfChecks are the checks of this installation. */
export interface SelfChecks {
  running: boolean;
  progress: Progress;
  /** why the last one broke off */
  problem?: string;
  /** newest first */
  checks: SelfCheck[];
}

/** Trace says how an answer came about. */
export interface Trace {
  /** what was searched for */
  query: string;
  topics: string[];
  /** looked for word for word */
  names: string[];
  /** "a date", … */
  wanted?: string;
  searches: TraceSearch[];
  /** best first */
  documents: TraceDocument[];
  /** best first */
  passages: TracePassage[];
  /** what each sentence was held against */
  checks: string[];
  /** steps that broke down and were made up for */
  failures: QualityStage[];
  /** what code put right in what a model wrote */
  repairs: number;
}

/** TraceSearch is one search that was made for an answer. */
export interface TraceSearch {
  text: string;
  /** that it was limited to; 0: the whole matter */
  documents: number;
  found: number;
  why: string;
}

/** TraceDocument is a document as the question ranked it. */
export interface TraceDocument {
  document: string;
  name: string;
  /** of it that search found */
  passages: number;
  named: boolean;
  read: boolean;
}

/** TracePassage is a passage that search found, and what became of it. */
export interface TracePassage {
  document: string;
  name: string;
  page: number;
  text: string;
  why: string[];
  cited: boolean;
  /** why no sentence of it was quoted */
  aside?: string;
}

/** State is what the window needs to know before anything else. */
export interface State {
  /** "none", "locked" or "open" */
  vault: "none" | "locked" | "open";
  keyring: boolean;
  version: string;
  /** no setting allows a connection */
  offline: boolean;
  /** native file dialogs and drops */
  desktop: boolean;
  home: string;
  chat: ModelState;
  embedding: ModelState;
  ocr: ModuleState;
  machine: Machine;
  recoveryKey?: string;
}

/** ModelState is how a model stands. */
export interface ModelState {
  id: string;
  name: string;
  /** "off", "missing", "loading", "ready", "failed" */
  status: "off" | "missing" | "loading" | "ready" | "failed";
  problem?: string;
  /** of the last answer */
  tokensPerSecond: number;
}

/** ModuleState is whether a module can be used. */
export interface ModuleState {
  on: boolean;
  problem?: string;
}

/** Machine is what the program found. */
export interface Machine {
  cores: number;
  memoryBytes: number;
  freeBytes: number;
}

/** CreateVault asks for a new vault. Without a passphrase the keyring holds the key. */
export interface CreateVault {
  passphrase?: string;
}

/** CreatedVault carries the recovery key, shown once. */
export interface CreatedVault {
  recoveryKey: string;
}

/** Unlock opens the vault: one of the two, or neither for the keyring. */
export interface Unlock {
  passphrase?: string;
  recoveryKey?: string;
}

/** ChangePassphrase asks for another passphrase of the open vault. */
export interface ChangePassphrase {
  /** empty where it has none, or was opened with the recovery key */
  current: string;
  next: string;
  /** the system's keyring shall open it instead */
  keyring: boolean;
}

/** Matter is a matter in a list. */
export interface Matter {
  id: string;
  name: string;
  /** RFC 3339 */
  created: string;
  documents: number;
  pages: number;
  ocrPages: number;
  needYou: number;
  chunks: number;
  embedded: number;
  bytes: number;
}

/** Document is a document in a list. */
export interface Document {
  id: string;
  parent?: string;
  name: string;
  source?: string;
  /** "pdf", "image", "word", "mail", "text" */
  kind: "pdf" | "image" | "word" | "mail" | "text";
  bytes: number;
  pages: number;
  pagesRead: number;
  ocrPages: number;
  title?: string;
  parties: string[];
  /** "queued", "reading", "searchable", "ready", "needs_you" */
  status: "queued" | "reading" | "searchable" | "ready" | "needs_you";
  problem?: string;
  code?: string;
  notes: string[];
  /** those of Notes that say that something was not read */
  losses?: string[];
  added: string;
  /** a mark.DocumentType */
  type?: string;
  /** ISO 8601, of the document */
  date?: string;
  language?: string;
  author?: string;
  custodian?: string;
  batesFirst?: string;
  batesLast?: string;
  mail?: MailHead;
  /** of a production's load file, by name */
  fields?: Field[];
  /** the conversation a message belongs to */
  thread?: string;
  /** the document that says the same */
  duplicate?: string;
  /** the first of its versions */
  similar?: string;
  /** the document whose pages this reads anew, from their pictures */
  rereads?: string;
  /** that newer reading, which searches find in its place */
  replaced?: string;
}

/** Field is a field of a load file. */
export interface Field {
  name: string;
  value: string;
}

/** MailHead is the head of a message. */
export interface MailHead {
  from: string;
  to: string[];
  cc: string[];
  subject: string;
  /** RFC 3339 */
  sent: string;
}

/** DocumentQuery selects documents; empty fields select all. */
export interface DocumentQuery {
  text?: string;
  kinds?: string[];
  types?: string[];
  statuses?: string[];
  languages?: string[];
  custodians?: string[];
  /** ISO 8601, inclusive */
  from?: string;
  to?: string;
  bates?: string;
  /** in a message's sender, or the author */
  sender?: string;
  thread?: string;
  family?: string;
  similar?: string;
  /** only documents that lie in no other */
  outer?: boolean;
  /** without duplicates */
  distinct?: boolean;
  /** with pages that were read by OCR */
  scanned?: boolean;
  /** of which something was not read */
  unread?: boolean;
  /** "" (name, families together), "date", "type", "added", "pages", "bates" */
  sort?: string;
  descending?: boolean;
  offset?: number;
  /** 0: as many as one reply may hold */
  limit?: number;
}

/** DocumentList is a part of the documents that a query selects. */
export interface DocumentList {
  documents: Document[];
  total: number;
}

/** Facet is a value that documents have, and how many. */
export interface Facet {
  value: string;
  count: number;
}

/** Facets are the values to filter by, most frequent first. */
export interface Facets {
  kinds: Facet[];
  types: Facet[];
  statuses: Facet[];
  languages: Facet[];
  custodians: Facet[];
}

/** Feature is something recognised in a document's text, at its place. */
export interface Feature {
  document: string;
  /** a mark.FeatureKind */
  kind: string;
  page: number;
  text: string;
  /** normalised */
  value?: string;
  level?: number;
  span: PageSpan;
}

/** Box is [x0, y0, x1, y1] in points from the page's top left. */
export type Box = [number, number, number, number];

/** Word is one word: text by offsets in UTF-16 code units of the page's text, as JavaScript counts, and its box. */
export interface Word {
  s: number;
  e: number;
  b: Box;
  c: number;
}

/** Page is one page with its words. */
export interface Page {
  number: number;
  label?: string;
  width: number;
  height: number;
  text: string;
  words: Word[];
  ocr: boolean;
  confidence: number;
  problem?: string;
}

/** SearchRequest is a search in a matter. */
export interface SearchRequest {
  query: string;
  documents?: string[];
  kinds?: string[];
  limit?: number;
  filter?: DocumentQuery;
}

/** Reading is how the text of a search was understood. */
export interface Reading {
  /** written out; empty where it is ranked by what it is about */
  operators?: string;
  /** the query in words, in its order */
  parts: Part[];
  /** whole sentences */
  problems: string[];
  suggestions: Suggestion[];
}

/** Suggestion is another spelling for a word that the matter does not hold. */
export interface Suggestion {
  word: string;
  instead: string;
}

/** Part is a piece of a search, explained. */
export interface Part {
  /** as it is written in the query language */
  text: string;
  /** what it asks for, in words */
  says: string;
  /** how deep it stands in brackets */
  depth: number;
  bad?: boolean;
}

/** PageSpan is a piece of one page, with its boxes. */
export interface PageSpan {
  page: number;
  boxes: Box[];
}

/** Hit is a found passage. */
export interface Hit {
  document: string;
  name: string;
  kind: string;
  page: number;
  /** as it is cited: "page 3", "ABC0001234", "47:12" */
  place?: string;
  header: string;
  text: string;
  /** matched words in Text, UTF-16 offsets */
  marks: [number, number][];
  score: number;
  why: string[];
  /** of the document: a mark.DocumentType */
  type?: string;
  /** of the document, ISO 8601 */
  date?: string;
  /** the whole passage */
  spans: PageSpan[];
  /** the matched words */
  matches: PageSpan[];
}

/** AskRequest is a question to a matter. */
export interface AskRequest {
  question: string;
  documents?: string[];
  conversation?: string;
  /** the person's own choice; empty: the router's */
  expert?: string;
}

/** Citation is a quotation found in the file. */
export interface Citation {
  document: string;
  name: string;
  page: number;
  /** as it is cited: "pages 3–4", "ABC0001234", "47:12–48:3" */
  place?: string;
  quote: string;
  spans: PageSpan[];
}

/** Sentence is one judged sentence. */
export interface Sentence {
  text: string;
  /** "verbatim", "supported", "altered", "unsupported" */
  verdict: "verbatim" | "supported" | "altered" | "unsupported";
  /** of a summary: the part that begins with this sentence */
  heading?: string;
  citations: number[];
  note?: string;
}

/** Answer is a finished answer. */
export interface Answer {
  text: string;
  refused: boolean;
  sentences: Sentence[];
  citations: Citation[];
  /** of a question about every document */
  survey?: Survey;
  /** between the documents that the answer rests on */
  contradictions?: Contradiction[];
  /** the question was asked back; nothing is cited */
  choices?: Choices;
  /** of a question that code worked out */
  computation?: Computation;
  /** of a question for the course of events, earliest first */
  chronology?: ChronologyRow[];
  /** which expert answered, and why */
  route?: Route;
  nearest: Hit[];
  /** searched */
  documents: number;
  /** searched */
  pages: number;
  unread: number;
  model?: string;
  searchMs: number;
  firstMs: number;
  totalMs: number;
  tokensPerSecond: number;
  /** how it came about */
  trace?: Trace;
}

/** Survey is what each document says on a question about every document. */
export interface Survey {
  topic: string;
  /** the documents that are silent are meant */
  without: boolean;
  rows: SurveyRow[];
  /** read off the rows, most frequent first */
  values: Facet[];
}

/** SurveyRow is one document in a survey. */
export interface SurveyRow {
  document: string;
  name: string;
  /** "found", "other", "silent", "partly", "unread": another value than was asked for; not read in full */
  state: "found" | "other" | "silent" | "partly" | "unread";
  value?: string;
  /** index into citations, or -1 */
  citation: number;
}

/** Progress is how far long work has come. */
export interface Progress {
  done: number;
  total: number;
}

/** AskEvent is a step of an answer. Kind says which other field is set. */
export interface AskEvent {
  /** "started", "passages", "progress", "draft", "sentence", "final", "error" */
  kind: "started" | "passages" | "progress" | "draft" | "sentence" | "final" | "error";
  /** started */
  conversation?: string;
  passages?: Hit[];
  /** documents read, of a question about every document */
  progress?: Progress;
  draft?: string;
  sentence?: Sentence;
  final?: Answer;
  error?: Error;
}

/** Conversation is a thread in a list. */
export interface Conversation {
  id: string;
  title: string;
  updated: string;
}

/** Message is one turn. */
export interface Message {
  /** "user" or "assistant" */
  role: "user" | "assistant";
  text: string;
  answer?: Answer;
  /** RFC 3339, to the nanosecond: it names the turn */
  created: string;
}

/** Setting is one line of the settings, explained. */
export interface Setting {
  key: string;
  value: string;
  default: string;
  /** "default", "file", "environment", "flag", "settings" */
  origin: "default" | "file" | "environment" | "flag" | "settings";
  doc: string;
  /** "bool", "int", "string", "choice" */
  kind: "bool" | "int" | "string" | "choice";
  choices?: string[];
  /** takes effect at the next start */
  restart: boolean;
}

/** Event is pushed to the window. */
export interface Event {
  /** "job", "document", "matter", "state", "folders", "download", "models", "selfcheck" */
  kind: "job" | "document" | "matter" | "state" | "folders" | "download" | "models" | "selfcheck";
  matter?: string;
  job?: Job;
  document?: Document;
  counts?: Matter;
  state?: State;
  download?: Download;
}

/** Error is what a person may read of an error. */
export interface Error {
  code: string;
  message: string;
}
