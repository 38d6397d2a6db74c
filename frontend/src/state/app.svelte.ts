import { ClientError, type Client, type PaperFormat, type Push } from "../api/client";
import type { AddResult, Document, Event, Feedback, Job, JobAction, Matter, MatterProgress, State } from "../api/types.gen";
import { t } from "../i18n";
import { Ask } from "./ask.svelte";
import { Documents } from "./documents.svelte";
import { kept, mostFailed, mostOver, mostWaiting, progress, reckoned } from "./jobs";
import { Layout, type Theme } from "./layout.svelte";
import { Nav } from "./nav.svelte";
import { isModel, Models } from "./models.svelte";
import { messageOf, Notices } from "./notices.svelte";
import { Pins } from "./pins";
import { Search } from "./search.svelte";

/** What lies over the window, if anything. Escape closes it. */
export type Overlay = "" | "palette" | "shortcuts" | "jobs" | "report" | "quality" | "compare" | "watch" | "new-matter" | "rename-matter" | "erase-matter" | "matters";

/** Milliseconds in which a removal can be undone; as long as its notice stays. */
const undoable = 6000;

/** Files sent in one request. */
const uploaded = 40;

const themeKey = "appearance.theme";

/** Milliseconds between two questions for a matter's counts. */
const recount = 1000;

/** Milliseconds in which events are gathered: reading sends more than a person can see. */
const gather = 120;

/** Everything the window knows. Views read it; actions change it. */
export class App {
  readonly notices = new Notices();
  readonly layout = new Layout();
  readonly nav = new Nav();
  readonly ask: Ask;
  readonly search: Search;
  readonly documents: Documents;
  readonly pins: Pins;
  readonly models: Models;

  program = $state<State | undefined>();
  /** Why the program cannot be reached. */
  unreachable = $state("");
  connected = $state(true);
  /** The first-run screens are on show, also after the vault has been made. */
  settingUp = $state(false);
  matters = $state.raw<Matter[]>([]);
  matter = $state.raw<Matter | undefined>();
  jobs = $state.raw<readonly Job[]>([]);
  loading = $state(false);
  overlay = $state<Overlay>("");
  /** What the side shows. */
  side = $state<"documents" | "conversations" | "searches" | "sources">("documents");
  /** Grows when the watched folders of the matter stand differently. */
  foldersChanged = $state(0);

  /** How the reading stands, as the program reckons it. */
  outlook = $state.raw<MatterProgress | undefined>();

  readonly progress = $derived(reckoned(progress(this.jobs), this.outlook));
  /** Of the work that waits, 0 to 1. */
  readonly share = $derived(this.outlook && this.outlook.waiting > 0 ? this.outlook.fraction : this.progress.share);
  /** Seconds that are left, 0 while unknown. */
  readonly left = $derived(this.outlook && this.outlook.waiting > 0 ? this.outlook.etaSeconds : this.progress.etaSeconds);

  #recounting: ReturnType<typeof setTimeout> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #gathered = new Map<string, Document>();
  #work = new Map<string, Job>();

  constructor(readonly client: Client) {
    this.ask = new Ask(client, this.notices);
    this.search = new Search(client);
    this.documents = new Documents(client);
    this.pins = new Pins(client);
    this.models = new Models(client, this.notices);
  }

  /** Learns how the program stands, and opens what was open. Returns what undoes it. */
  start(): () => void {
    this.layout.apply();
    void this.learn();
    return this.client.subscribe((push) => this.#pushed(push));
  }

  async learn(): Promise<void> {
    try {
      this.program = await this.client.state();
      this.unreachable = "";
      void this.#takeTheme();
      // A vault that was made elsewhere still has its recovery key to show.
      if (this.program.vault === "none" || this.program.recoveryKey) this.settingUp = true;
      if (this.program.vault === "open" && !this.settingUp) await this.enter();
    } catch (cause) {
      this.unreachable = messageOf(cause);
    }
  }

  /** Changes the theme here at once, and for every window of this program. */
  setTheme(theme: Theme): void {
    this.layout.look({ theme });
    this.client.putSetting(themeKey, theme).catch((cause: unknown) => this.notices.fail(cause));
  }

  /** Takes up the theme that was set in another window or in the file. */
  async #takeTheme(): Promise<void> {
    try {
      const set = (await this.client.settings()).find((s) => s.key === themeKey && s.origin !== "default");
      if (set) this.layout.look({ theme: set.value as Theme });
    } catch {
      // The window keeps the look that it has.
    }
  }

  /** Lists the matters and opens the one that was open last. */
  async enter(prefer?: string): Promise<void> {
    this.settingUp = false;
    try {
      this.matters = await this.client.matters();
      const last = prefer ?? remembered();
      const next = this.matters.find((m) => m.id === last) ?? this.matters[0];
      if (next) await this.openMatter(next.id);
      else this.matter = undefined;
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  async openMatter(id: string): Promise<void> {
    const matter = this.matters.find((m) => m.id === id);
    if (!matter) return;
    if (this.matter?.id !== id) {
      this.nav.reset();
      this.ask.reset();
      this.search.reset();
      this.#forget();
      this.documents.open(id);
      this.pins.open(id);
    } else this.documents.renew();
    this.matter = matter;
    this.layout.open(id);
    remember(id);
    this.loading = true;
    await Promise.all([this.refresh(), this.ask.refresh(id)]);
    this.loading = false;
  }

  /** Fetches the jobs and the counts of the open matter again. */
  async refresh(): Promise<void> {
    const id = this.matter?.id;
    if (!id) return;
    try {
      // A matter may have a hundred thousand jobs; a person looks at these.
      const [matters, ...parts] = await Promise.all([
        this.client.matters(),
        this.client.jobs(id, ["done", "canceled"], 0, mostOver),
        this.client.jobs(id, ["queued", "paused"], 0, mostWaiting),
        this.client.jobs(id, ["running"], 0, mostWaiting),
        this.client.jobs(id, ["failed"], 0, mostFailed),
      ]);
      if (this.matter?.id !== id) return;
      this.#work = new Map(parts.flatMap((part) => part.jobs.toReversed()).map((j) => [j.id, j]));
      this.#showJobs();
      for (const m of matters) this.#counted(m);
      await this.#lookOut();
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  async createMatter(name: string): Promise<void> {
    const made = await this.client.createMatter(name);
    this.matters = [...this.matters.filter((m) => m.id !== made.id), made];
    await this.openMatter(made.id);
  }

  async renameMatter(name: string): Promise<void> {
    if (!this.matter) return;
    await this.client.renameMatter(this.matter.id, name);
    this.#counted({ ...this.matter, name });
  }

  async eraseMatter(confirm: string): Promise<void> {
    const gone = this.matter;
    if (!gone) return;
    await this.client.eraseMatter(gone.id, confirm);
    this.matters = this.matters.filter((m) => m.id !== gone.id);
    this.matter = undefined;
    this.#forget();
    this.nav.reset();
    this.ask.reset();
    this.notices.say(t.matters.erased(gone.name));
    await this.enter();
  }

  async openSample(): Promise<void> {
    try {
      const sample = await this.client.openSample();
      await this.enter(sample.id);
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  async addFiles(files: File[]): Promise<void> {
    await this.models.importFiles(files.filter((f) => isModel(f.name)));
    files = files.filter((f) => !isModel(f.name));
    // A folder may bring thousands: they go up a few at a time.
    for (let i = 0; i < files.length; i += uploaded) await this.#add((m) => this.client.addFiles(m, files.slice(i, i + uploaded)));
  }

  async addPaths(paths: string[]): Promise<void> {
    await this.models.importPaths(paths.filter(isModel));
    paths = paths.filter((path) => !isModel(path));
    if (paths.length > 0) await this.#add((m) => this.client.addPaths(m, paths));
  }

  async pickFiles(): Promise<void> {
    await this.#add((m) => this.client.pickFiles(m));
  }

  async #add(send: (matter: string) => Promise<AddResult>): Promise<void> {
    const id = this.matter?.id;
    if (!id) {
      this.notices.warn(t.documents.noMatter);
      return;
    }
    try {
      const { jobs, known, rejected, productions } = await send(id);
      for (const job of jobs ?? []) this.#work.set(job.id, job);
      this.#showJobs();
      if (jobs?.length) this.notices.say(t.documents.added(jobs.length, this.matter?.name ?? ""));
      if (known?.length) this.notices.say(t.documents.known(known.map((d) => d.name)));
      for (const r of rejected ?? []) this.notices.say(r.problem, undefined, "error");
      for (const p of productions ?? []) {
        this.notices.say(t.production.read(p.name, p.documents, p.pages));
        const [first] = p.problems ?? [];
        if (first) this.notices.warn(t.production.problems(p.name, p.problems.length, first.problem));
      }
      this.documents.renew();
      await this.refresh();
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  /** Takes a document out of the matter; for some seconds that can be undone. */
  removeDocument(id: string): void {
    const matter = this.matter?.id;
    const document = this.documents.get(id);
    if (!matter || !document) return;
    this.documents.hide(id);
    this.nav.forget(id);
    this.ask.scope = this.ask.scope.filter((d) => d !== id);
    const timer = setTimeout(() => {
      this.client.removeDocument(matter, id).catch((cause: unknown) => this.notices.fail(cause)).finally(() => {
        this.documents.unhide(id);
        void this.refresh();
      });
    }, undoable);
    const undo = () => {
      clearTimeout(timer);
      this.documents.unhide(id);
    };
    this.notices.say(t.documents.removed(document.name), { label: t.undo, run: undo });
  }

  async jobAction(job: Job, action: JobAction): Promise<boolean> {
    try {
      await this.client.jobAction(job.matter, job.id, action);
      this.documents.renew();
      await this.refresh();
      return true;
    } catch (cause) {
      this.notices.fail(cause);
      return false;
    }
  }

  async lock(): Promise<void> {
    try {
      await this.client.lock();
      this.#locked();
      await this.learn();
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  /** Opens a document at a page, without a passage. */
  openDocument(id: string, page = 1): void {
    this.nav.at = -1;
    this.nav.go({ kind: "document", document: id, page });
    if (this.layout.isNarrow) this.layout.shared = "reader";
  }

  /** Shows two documents side by side with what differs between them. */
  compare(a: string, b: string): void {
    this.nav.go({ kind: "compare", a, b });
    if (this.layout.isNarrow) this.layout.shared = "reader";
  }

  /** Pauses every job that is not over, or lets every paused one go on. */
  async allJobs(action: "pause" | "resume"): Promise<void> {
    try {
      if (this.matter) await this.client.allJobs(this.matter.id, action);
    } catch (cause) {
      this.notices.fail(cause);
    }
    await this.refresh();
  }

  /** Has a document read anew from the pictures of its pages. */
  async readAgain(id: string): Promise<void> {
    if (!this.matter) return;
    try {
      const job = await this.client.readAgain(this.matter.id, id);
      this.notices.say(t.documents.readingAgain(job.name));
      this.documents.renew();
      await this.refresh();
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  /** Lets a person keep a document as a file: as it is, or as a PDF that can be searched. */
  async save(document: Pick<Document, "id" | "name">, how: "original" | "searchable"): Promise<void> {
    if (!this.matter) return;
    try {
      const save = how === "original" ? this.client.saveOriginal : this.client.saveSearchable;
      const name = await save(this.matter.id, document.id, document.name);
      if (name) this.notices.say(t.report.saved(name));
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  /** Lets a person keep an answer with its sources as a file. */
  async saveAnswer(n: number, format: PaperFormat): Promise<void> {
    if (!this.matter) return;
    try {
      const name = await this.client.saveAnswer(this.matter.id, this.ask.conversation, n, format);
      if (name) this.notices.say(t.report.saved(name));
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  /** Records what the reader says of an answer. */
  async sayOfAnswer(n: number, says: Feedback["says"]): Promise<void> {
    const conversation = this.ask.conversation;
    if (!this.matter) return;
    try {
      const answers = (await this.client.messages(this.matter.id, conversation)).filter((message) => message.answer);
      const created = answers[n - 1]?.created;
      if (!created) throw new ClientError("not_found", t.ask.noSuchAnswer);
      await this.client.sayOfAnswer(this.matter.id, { conversation, created, says });
      this.notices.say(t.ask.noted[says || "taken"]);
    } catch (cause) {
      this.notices.fail(cause);
    }
  }

  #locked(): void {
    this.matters = [];
    this.matter = undefined;
    this.#forget();
    this.overlay = "";
    this.nav.reset();
    this.ask.reset();
    this.search.reset();
  }

  #pushed(push: Push): void {
    if (push.kind === "files-dropped") {
      void this.addPaths(push.paths);
      return;
    }
    if (push.kind === "connection") {
      const back = push.up && !this.connected;
      this.connected = push.up;
      if (back) void this.learn();
      return;
    }
    const { event } = push;
    this.models.pushed(event);
    if (event.kind === "state" && event.state) {
      if (event.state.vault !== "open" && this.program?.vault === "open") this.#locked();
      this.program = event.state;
    }
    if (event.kind === "matter") {
      if (event.counts) this.#counted(event.counts);
      else this.documents.renew();
    }
    if (event.kind === "folders" && event.matter === this.matter?.id) this.foldersChanged++;
    if (event.matter === this.matter?.id && (event.kind === "job" || event.kind === "document")) this.#gather(event);
  }

  /** Notes an event of the open matter; what it says shows with the next few. */
  #gather(event: Event): void {
    if (event.job) this.#work.set(event.job.id, event.job);
    if (event.document) this.#gathered.set(event.document.id, event.document);
    else if (event.kind === "document") this.documents.renew();
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const documents = [...this.#gathered.values()];
      this.#gathered.clear();
      this.#showJobs();
      if (documents.length > 0) this.documents.changed(documents);
      this.#recountSoon();
    }, gather);
  }

  #showJobs(): void {
    this.#work = kept(this.#work);
    this.jobs = [...this.#work.values()].filter((j) => !this.documents.isLeaving(j.document));
  }

  /** Asks how the reading stands. */
  async #lookOut(): Promise<void> {
    const id = this.matter?.id;
    if (!id) return;
    try {
      const outlook = await this.client.progress(id);
      if (id === this.matter?.id) this.outlook = outlook;
    } catch {
      // The jobs themselves tell nearly as much.
    }
  }

  /** Forgets everything of the matter that was open. */
  #forget(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#gathered.clear();
    this.#work.clear();
    this.jobs = [];
    this.outlook = undefined;
    this.documents.reset();
  }

  #counted(counts: Matter): void {
    this.matters = this.matters.map((m) => (m.id === counts.id ? counts : m));
    if (this.matter?.id === counts.id) this.matter = counts;
  }

  /** How much is indexed is known to the program only; it is asked once in a while. */
  #recountSoon(): void {
    this.#recounting ??= setTimeout(() => {
      this.#recounting = undefined;
      this.client.matters().then(
        (matters) => matters.forEach((m) => this.#counted(m)),
        () => undefined, // The next event asks again.
      );
      void this.#lookOut();
    }, recount);
  }
}

function remember(matter: string): void {
  try {
    localStorage.setItem("markai.matter", matter);
  } catch {
    // Then the first matter is opened next time.
  }
}

function remembered(): string | undefined {
  try {
    return localStorage.getItem("markai.matter") ?? undefined;
  } catch {
    return undefined;
  }
}

