import { SvelteMap } from "svelte/reactivity";
import type { Client } from "../api/client";
import type { Box, Document, Feature, Page } from "../api/types.gen";
import { boxesOf, findInPage } from "../state/anchors";
import { messageOf } from "../state/notices.svelte";
import type { Sheet, Source } from "./source";

/** A place that find in document came upon. */
export interface Place {
  page: number;
  boxes: Box[];
}

/** Pages whose words are held at once, beside those on show. */
const held = 40;

/** Places after which find in document stops looking: nobody walks further. */
const mostPlaces = 2000;

const letter: Sheet = { width: 612, height: 792 };

/** One open document: its pages, how large they are, its words, and finding in it. */
export class Reading {
  source = $state.raw<Source | undefined>();
  stage = $state<"opening" | "open" | "words" | "failed">("opening");
  problem = $state("");
  count = $state(0);
  readonly sheets = new SvelteMap<number, Sheet>();
  readonly pages = new SvelteMap<number, Page>();

  /** Heights in CSS pixels of pages that are set as text, as measured. */
  readonly flows = new SvelteMap<number, number>();
  /** What was recognised in the document, in reading order; lines of numbered paper come last. */
  features = $state.raw<Feature[]>([]);
  featured = $state(false);

  query = $state("");
  places = $state.raw<Place[]>([]);
  place = $state(-1);
  looking = $state(false);

  #asked = new Map<number, Promise<Page | undefined>>();
  #closed = false;
  #turn = 0;

  constructor(
    private readonly client: Client,
    private readonly matter: string,
    readonly document: Document,
  ) {
    this.count = document.pages;
  }

  /**
   * Opens the original where it is a PDF, else its words. A PDF that the browser
   * cannot open, as one with a password, is drawn by the program.
   */
  async open(): Promise<void> {
    if (this.document.kind === "pdf") {
      try {
        const { openPDF } = await import("./pdfsource");
        const source = await openPDF(this.client, this.matter, this.document.id);
        if (this.#closed) return source.close();
        this.sheets.set(1, await source.sheet(1));
        this.source = source;
        this.count = source.count;
        this.stage = "open";
        return;
      } catch (cause) {
        this.problem = messageOf(cause);
      }
    }
    if (this.#closed) return;
    if (this.count === 0) {
      this.stage = "failed";
      return;
    }
    const first = await this.words(1);
    if ((this.document.kind === "image" || this.document.kind === "pdf") && first) {
      try {
        const source = await this.#openPicture(first);
        if (this.#closed) return source.close();
        this.source = source;
        this.stage = "open";
        return;
      } catch {
        // Nothing here can draw it: its text is shown.
      }
    }
    this.stage = this.pages.size > 0 ? "words" : "failed";
  }

  async #openPicture(first: Page): Promise<Source> {
    const { openImage, openPictures } = await import("./imagesource");
    if (this.document.kind === "image" && this.count === 1 && !/\.tiff?$/i.test(this.document.name)) {
      try {
        return await openImage(this.client, this.matter, this.document.id, first);
      } catch {
        // The program may know what the browser does not.
      }
    }
    const size = async (page: number): Promise<Sheet> => (await this.words(page)) ?? first;
    await this.client.picture(this.matter, this.document.id, 1); // says whether it can be drawn at all
    return openPictures(this.client, this.matter, this.document.id, this.count, size);
  }

  close(): void {
    this.#closed = true;
    this.#turn++;
    this.source?.close();
  }

  /** Learns what was recognised in the document. */
  async learnFeatures(): Promise<void> {
    try {
      const features = await this.client.features(this.matter, this.document.id);
      if (this.#closed) return;
      this.features = features;
      // Lines are many, and only needed to cite a transcript by them.
      if (features.some((f) => f.kind === "question" || f.kind === "reply")) {
        const lines = await this.client.features(this.matter, this.document.id, ["line"]);
        if (!this.#closed) this.features = [...features, ...lines];
      }
      this.featured = true;
    } catch {
      // The document is read without them; they are asked for again with the next document.
    }
  }

  /** The size of a page: its own where known, else the first page's. */
  size(page: number): Sheet {
    return this.sheets.get(page) ?? this.sheets.get(1) ?? letter;
  }

  /** Learns the size of a page that comes into view. */
  async learn(page: number): Promise<void> {
    if (this.sheets.has(page) || !this.source) return;
    try {
      const sheet = await this.source.sheet(page);
      if (!this.#closed) this.sheets.set(page, sheet);
    } catch {
      // The page keeps the size of the first; drawing it says what is wrong.
    }
  }

  /** The words of a page; undefined where it has not been read. */
  words(page: number): Promise<Page | undefined> {
    let asked = this.#asked.get(page);
    if (!asked) {
      asked = this.#fetch(page).then((found) => {
        if (found && !this.#closed) {
          this.pages.set(page, found);
          if (!this.source) this.sheets.set(page, { width: found.width, height: found.height });
        }
        return found;
      });
      this.#asked.set(page, asked);
      for (const old of this.#asked.keys()) {
        if (this.#asked.size <= held) break;
        if (Math.abs(old - page) <= 4) continue;
        this.#asked.delete(old);
        this.pages.delete(old);
      }
    }
    return asked;
  }

  async #fetch(page: number): Promise<Page | undefined> {
    try {
      const found = await this.client.page(this.matter, this.document.id, page);
      return { ...found, text: found.text ?? "", words: found.words ?? [] };
    } catch {
      // Not read yet, or unreadable: the document's own status says which.
      this.#asked.delete(page);
      return undefined;
    }
  }

  /** Looks for query in every page, from the page on, and says so as it goes. */
  async find(query: string, from: number): Promise<void> {
    const turn = ++this.#turn;
    this.query = query;
    this.places = [];
    this.place = -1;
    if (query.trim().length < 2) {
      this.looking = false;
      return;
    }
    this.looking = true;
    let places: Place[] = [];
    for (let n = 1; n <= this.count && places.length < mostPlaces; n++) {
      const page = this.pages.get(n) ?? (await this.#fetch(n));
      if (turn !== this.#turn) return;
      if (!page) continue;
      const found = findInPage(page, query).map((range) => ({ page: n, boxes: boxesOf(page, range) }));
      if (found.length === 0) continue;
      places = [...places, ...found];
      this.places = places;
      if (this.place < 0 && n >= from) this.place = places.length - found.length;
    }
    if (this.place < 0 && places.length > 0) this.place = 0;
    this.looking = false;
  }

  step(by: 1 | -1): void {
    const n = this.places.length;
    if (n > 0) this.place = (this.place + by + n) % n;
  }
}
