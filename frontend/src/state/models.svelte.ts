import type { Client } from "../api/client";
import type { DownloadAction } from "../api/models";
import type { Catalogue, Download, DownloadRequest, Engine, Event, Expert, Model, ModelReport, ModelSettings, Verified } from "../api/types.gen";
import { t } from "../i18n";
import { messageOf, type Notices } from "./notices.svelte";

/** The parts of the model manager. */
export const modelParts = ["here", "catalogue", "engine", "report", "experts"] as const;
export type ModelPart = (typeof modelParts)[number];

/** Milliseconds between two looks at the engine, while somebody watches it. */
const beat = 1000;

/** The settings that allow downloads: from which address, and which hosts may be connected to at all. */
const sourceKey = "models.source";
const hostsKey = "network.hosts";

/** The settings that name the models in use. */
const chosenKeys = ["chat.model", "embedding.model"];

/** Whether a file is a model, by its name. */
export const isModel = (name: string): boolean => /\.gguf$/i.test(name);

/** The hosts of a setting that names them with commas. */
export const hostList = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

/** The host of an address, with its port where it has one of its own; empty where it is no address. */
export function hostOf(address: string): string {
  try {
    // What stands in braces is filled in later and is no part of a host.
    return new URL(address.trim().replace(/[{}]/g, "")).host;
  } catch {
    return "";
  }
}

/** What the window knows of models and of the engine that runs them. */
export class Models {
  list = $state.raw<Model[]>([]);
  /** Ids of the models that the settings name: in use, or to be so from the next start. */
  chosen = $state.raw<string[]>([]);
  catalogue = $state.raw<Catalogue | undefined>();
  /** The hosts that may be connected to; none where this program has no such setting. */
  hosts = $state.raw<string[] | undefined>();
  downloads = $state.raw<Download[]>([]);
  engine = $state.raw<Engine | undefined>();
  report = $state.raw<ModelReport | undefined>();
  experts = $state.raw<Expert[]>([]);
  /** Name of the file that is being imported. */
  importing = $state("");
  /** Why a part could not be fetched. */
  problem = $state("");
  #watching = 0;
  #atIt = false;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly client: Client,
    private readonly notices: Notices,
  ) {}

  /** Fetches what a part of the manager shows. */
  async load(part: ModelPart): Promise<void> {
    await this.#take(async () => {
      if (part === "here") await this.#loadList();
      if (part === "catalogue") await this.#loadCatalogue();
      if (part === "report") this.report = await this.client.modelReport();
      if (part === "experts") [this.experts, this.list] = await Promise.all([this.client.experts(), this.client.models()]);
    });
  }

  /** Who can be asked instead of the best expert; none where there is no choice. */
  async learnExperts(): Promise<void> {
    try {
      this.experts = await this.client.experts();
    } catch {
      // Those that were known stay: a lost connection takes no choice back.
    }
  }

  async #loadList(): Promise<void> {
    const [list, settings] = await Promise.all([this.client.models(), this.client.settings()]);
    this.list = list;
    this.chosen = settings.filter((s) => chosenKeys.includes(s.key)).map((s) => s.value);
  }

  async #loadCatalogue(): Promise<void> {
    const [catalogue, downloads, settings] = await Promise.all([this.client.catalogue(), this.client.downloads(), this.client.settings()]);
    this.catalogue = catalogue;
    this.downloads = downloads;
    const hosts = settings.find((s) => s.key === hostsKey);
    this.hosts = hosts && hostList(hosts.value);
  }

  async #take(run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.problem = "";
    } catch (cause) {
      this.problem = messageOf(cause);
    }
  }

  /** Looks at the engine every second until what it returns is called. A hidden window does not look. */
  watch(): () => void {
    void this.#look();
    if (this.#watching++ === 0) this.#looking = setInterval(() => void this.#look(), beat);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      if (--this.#watching === 0) clearInterval(this.#looking);
    };
  }

  /** Looks once, unless the last look is not over. */
  async #look(): Promise<void> {
    if (this.#atIt || (typeof document !== "undefined" && document.hidden)) return;
    this.#atIt = true;
    try {
      this.engine = await this.client.engine();
    } catch {
      // The figures of the last look stay; the next comes in a second.
    }
    this.#atIt = false;
  }

  /** Takes up what the program tells unasked. */
  pushed(event: Event): void {
    if (event.kind === "models") {
      void this.learnExperts(); // they are made of models
      if (this.list.length > 0) void this.load("here");
      if (this.catalogue) void this.#take(() => this.#loadCatalogue());
    }
    const d = event.kind === "download" ? event.download : undefined;
    if (!d) return;
    const before = this.downloads.find((x) => x.id === d.id)?.state;
    if (d.state === "done" && before !== "done") this.notices.say(t.download.done(d.name));
    if (d.state === "failed" && before !== "failed") this.notices.warn(t.download.failed(d.name, d.problem ?? ""));
    const others = this.downloads.filter((x) => x.id !== d.id);
    const at = this.downloads.findIndex((x) => x.id === d.id);
    if (d.state === "canceled") this.downloads = others;
    else this.downloads = at < 0 ? [...others, d] : this.downloads.with(at, d);
  }

  /** Does something, and says what went wrong if it does. */
  async #do<T>(run: () => Promise<T>, done?: string): Promise<T | undefined> {
    try {
      const out = await run();
      if (done) this.notices.say(done);
      return out;
    } catch (cause) {
      this.notices.fail(cause);
      return undefined;
    }
  }

  async importFiles(files: File[]): Promise<void> {
    for (const file of files) await this.#import(file.name, () => this.client.importModelFile(file));
  }

  async importPaths(paths: string[]): Promise<void> {
    for (const path of paths) await this.#import(path.split(/[\\/]/).pop() ?? path, () => this.client.importModelPath(path));
  }

  /** Asks for a model file in the program's own dialog. */
  async pick(): Promise<void> {
    await this.#import("", () => this.client.pickModel());
  }

  async #import(name: string, bring: () => Promise<Model | undefined>): Promise<void> {
    this.importing = name;
    const made = await this.#do(bring);
    this.importing = "";
    if (!made) return;
    this.notices.say(t.models.imported(made.name));
    await this.load("here");
  }

  async use(m: Model): Promise<void> {
    await this.#do(() => this.client.useModel(m.id), t.models.used(m.name));
    await this.load("here");
  }

  async remove(m: Model): Promise<void> {
    await this.#do(() => this.client.removeModel(m.id), t.models.removed(m.name));
    await this.load("here");
  }

  async verify(m: Model): Promise<Verified | undefined> {
    const verified = await this.#do(() => this.client.verifyModel(m.id));
    await this.load("here");
    return verified;
  }

  /** Keeps how a model is run; false where that was refused. */
  async configure(m: Model, settings: ModelSettings): Promise<boolean> {
    const kept = await this.#do(async () => (await this.client.configureModel(m.id, settings), true), t.models.saved);
    await this.load("here");
    return kept ?? false;
  }

  async download(request: DownloadRequest): Promise<void> {
    const d = await this.#do(() => this.client.downloadModel(request));
    if (d) this.pushed({ kind: "download", download: d });
  }

  async act(d: Download, action: DownloadAction): Promise<void> {
    const now = await this.#do(() => this.client.downloadAction(d.id, action));
    if (now) this.pushed({ kind: "download", download: now });
  }

  /** Allows downloads from an address, and connections to these hosts and to no other. */
  async allow(address: string, hosts: readonly string[]): Promise<void> {
    await this.#do(async () => {
      await this.client.putSetting(hostsKey, hosts.join(","));
      await this.client.putSetting(sourceKey, address.trim());
    }, t.catalogue.allowed);
    await this.load("catalogue");
  }
}
