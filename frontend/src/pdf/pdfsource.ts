import "./polyfill";
import { getDocument, GlobalWorkerOptions, PDFDataRangeTransport, TextLayer, type PDFDocumentProxy, type PDFPageProxy } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import type { Client } from "../api/client";
import type { Source } from "./source";

GlobalWorkerOptions.workerSrc = workerUrl;

/** Bytes fetched at a time: large enough to be quick, small enough to start at once. */
const chunk = 128 * 1024;

/** The most pixels one page may take: beyond it browsers refuse or swap. */
const mostPixels = 16_000_000;

const data = (folder: string) =>
  new URL(`${import.meta.env.DEV ? "node_modules/pdfjs-dist" : "pdfjs"}/${folder}/`, document.baseURI).href;

/** Fetches the parts of a file that pdf.js asks for, over whatever the client speaks. */
class Parts extends PDFDataRangeTransport {
  constructor(
    length: number,
    first: Uint8Array,
    private readonly fetch: (from: number, to: number) => Promise<Uint8Array>,
    private readonly failed: (cause: unknown) => void,
  ) {
    super(length, first, false);
  }

  override requestDataRange(begin: number, end: number): void {
    this.fetch(begin, end).then(
      (bytes) => this.onDataRange(begin, bytes),
      (cause: unknown) => this.failed(cause),
    );
  }
}

/** Opens a PDF; its pages are fetched as they are needed. */
export async function openPDF(client: Client, matter: string, id: string): Promise<Source> {
  const first = await client.original(matter, id, 0, chunk);
  let fail: (cause: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => undefined);
  const parts = new Parts(first.total, first.bytes, async (from, to) => (await client.original(matter, id, from, to)).bytes, (cause) => fail(cause));
  const task = getDocument({
    range: parts,
    rangeChunkSize: chunk,
    disableAutoFetch: true,
    disableStream: true,
    cMapUrl: data("cmaps"),
    standardFontDataUrl: data("standard_fonts"),
    wasmUrl: data("wasm"),
    iccUrl: data("iccs"),
    useSystemFonts: false,
    enableXfa: false,
  });
  let pdf: PDFDocumentProxy;
  try {
    pdf = await Promise.race([task.promise, failure]);
  } catch (cause) {
    void task.destroy();
    throw cause;
  }
  const pages = new Map<number, Promise<PDFPageProxy>>();
  const page = (n: number) => {
    let found = pages.get(n);
    if (!found) pages.set(n, (found = pdf.getPage(n)));
    return found;
  };
  return {
    count: pdf.numPages,
    async sheet(n) {
      const { width, height } = (await page(n)).getViewport({ scale: 1 });
      return { width, height };
    },
    async draw(n, canvas, scale, signal) {
      const proxy = await page(n);
      if (signal.aborted) return;
      const viewport = proxy.getViewport({ scale });
      const dense = Math.min(window.devicePixelRatio || 1, 3, Math.sqrt(mostPixels / (viewport.width * viewport.height)));
      canvas.width = Math.floor(viewport.width * dense);
      canvas.height = Math.floor(viewport.height * dense);
      const task = proxy.render({ canvas, viewport, transform: [dense, 0, 0, dense, 0, 0] });
      signal.addEventListener("abort", () => task.cancel(), { once: true });
      await task.promise.catch((cause: unknown) => {
        if (!signal.aborted) throw cause;
      });
    },
    async text(n, container, scale, signal) {
      const proxy = await page(n);
      if (signal.aborted) return;
      const layer = new TextLayer({ textContentSource: proxy.streamTextContent(), container, viewport: proxy.getViewport({ scale }) });
      signal.addEventListener("abort", () => layer.cancel(), { once: true });
      await layer.render().catch((cause: unknown) => {
        if (!signal.aborted) throw cause;
      });
    },
    close: () => void task.destroy(),
  };
}
