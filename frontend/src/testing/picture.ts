import type { LaidPage } from "./typeset";

/** Draws a page as a photograph would show it. Undefined where nothing can draw. */
export async function writePicture({ page, drawn }: LaidPage): Promise<Uint8Array | undefined> {
  if (typeof OffscreenCanvas === "undefined") return undefined;
  const scale = 2;
  const canvas = new OffscreenCanvas(page.width * scale, page.height * scale);
  const pen = canvas.getContext("2d");
  if (!pen) return undefined;
  pen.scale(scale, scale);
  const light = pen.createLinearGradient(0, 0, page.width, page.height);
  light.addColorStop(0, "#f2efe6");
  light.addColorStop(1, "#d9d4c6");
  pen.fillStyle = light;
  pen.fillRect(0, 0, page.width, page.height);
  pen.fillStyle = "#2a2925";
  for (const d of drawn) {
    pen.font = `${d.bold ? "bold " : ""}${d.size}px Georgia, serif`;
    pen.fillText(d.text, d.x, d.baseline, d.width);
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
}
