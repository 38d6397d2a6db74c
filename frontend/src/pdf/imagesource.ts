import type { Client } from "../api/client";
import type { Page } from "../api/types.gen";
import type { Source } from "./source";

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
      const dense = Math.min(window.devicePixelRatio || 1, 3, (bitmap.width / (page.width * scale)) * 1.5);
      canvas.width = Math.max(1, Math.round(page.width * scale * dense));
      canvas.height = Math.max(1, Math.round(page.height * scale * dense));
      const pen = canvas.getContext("2d");
      if (!pen) return;
      pen.imageSmoothingQuality = "high";
      pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    },
    // The words that OCR read lie over the picture.
    text: async () => undefined,
    close: () => bitmap.close(),
  };
}
