import type { Client } from "../api/client";
import type { Page } from "../api/types.gen";
import type { Sheet, Source } from "./source";

/** The largest picture that is fetched to be shown, in bytes. */
const most = 96 * 1024 * 1024;

/** Opens a picture of one page that the browser can draw. It is laid over the page as it was read. */
export async function openImage(client: Client, matter: string, id: string, page: Pick<Page, "width" | "height">): Promise<Source> {
  const first = await client.original(matter, id, 0, 256 * 1024);
  if (first.total > most) throw new Error("the picture is too large to be shown");
  const parts: Uint8Array<ArrayBuffer>[] = [first.bytes as Uint8Array<ArrayBuffer>];
  for (let at = first.bytes.length; at < first.total; ) {
    const { bytes } = await client.original(matter, id, at, Math.min(first.total, at + 4 * 1024 * 1024));
    if (bytes.length === 0) throw new Error("the picture ends early");
    parts.push(bytes as Uint8Array<ArrayBuffer>);
    at += bytes.length;
  }
  const bitmap = await createImageBitmap(new Blob(parts));
  return {
    count: 1,
    sheet: async () => ({ width: page.width, height: page.height }),
    async draw(_page, canvas, scale, signal) {
      if (signal.aborted) return;
      put(bitmap, canvas, page, scale);
    },
    // The words that OCR read lie over the picture.
    text: async () => undefined,
    close: () => bitmap.close(),
  };
}

/** Pages drawn by the program that are held. */
const held = 6;

/** Opens pictures that the browser cannot draw, as TIFF: the program draws each page as it comes into view. */
export function openPictures(client: Client, matter: string, id: string, count: number, size: (page: number) => Promise<Sheet>): Source {
  const bitmaps = new Map<number, Promise<ImageBitmap>>();
  const drawn = (page: number) => {
    let bitmap = bitmaps.get(page);
    if (!bitmap) {
      bitmap = client.picture(matter, id, page).then((blob) => createImageBitmap(blob));
      bitmap.catch(() => bitmaps.delete(page)); // the next look asks again
    }
    bitmaps.delete(page);
    bitmaps.set(page, bitmap); // the latest comes last
    for (const [old, gone] of bitmaps) {
      if (bitmaps.size <= held) break;
      bitmaps.delete(old);
      void gone.then((b) => b.close());
    }
    return bitmap;
  };
  return {
    count,
    sheet: size,
    async draw(page, canvas, scale, signal) {
      const [bitmap, sheet] = await Promise.all([drawn(page), size(page)]);
      if (signal.aborted) return;
      put(bitmap, canvas, sheet, scale);
    },
    text: async () => undefined,
    close: () => bitmaps.forEach((bitmap) => void bitmap.then((b) => b.close()).catch(() => undefined)),
  };
}

/** Draws a picture of a page as large as the page is shown. */
function put(bitmap: ImageBitmap, canvas: HTMLCanvasElement, page: Sheet, scale: number): void {
  const dense = Math.min(window.devicePixelRatio || 1, 3, (bitmap.width / (page.width * scale)) * 1.5);
  canvas.width = Math.max(1, Math.round(page.width * scale * dense));
  canvas.height = Math.max(1, Math.round(page.height * scale * dense));
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}
