import type { Client } from "../api/client";
import type { Citation, Feature } from "../api/types.gen";
import { pinOf, type Pin } from "./inside";

/** Documents whose pins are kept; nobody cites from more at a time. */
const held = 40;

/** Knows how places of documents are cited that are not open: by line, by Bates number. */
export class Pins {
  #matter = "";
  #known = new Map<string, Promise<Feature[]>>();

  constructor(private readonly client: Client) {}

  open(matter: string): void {
    this.#matter = matter;
    this.#known.clear();
  }

  /** Asks for what is needed to cite a document, ahead of its need. */
  expect(document: string): Promise<Feature[]> {
    let known = this.#known.get(document);
    if (!known) {
      known = this.client.features(this.#matter, document, ["bates", "question", "reply", "line"]).catch(() => {
        this.#known.delete(document);
        return [];
      });
      this.#known.set(document, known);
      const [oldest] = this.#known.keys();
      if (this.#known.size > held && oldest) this.#known.delete(oldest);
    }
    return known;
  }

  /** The pin of a citation; an empty one where nothing is known. */
  async of(citation: Pick<Citation, "document" | "page" | "spans">): Promise<Pin> {
    const boxes = (citation.spans ?? []).filter((s) => s.page === citation.page).flatMap((s) => s.boxes ?? []);
    return pinOf(await this.expect(citation.document), citation.page, boxes);
  }
}
