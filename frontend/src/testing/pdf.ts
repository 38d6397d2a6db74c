import type { LaidPage } from "./typeset";

const escape = (text: string) => text.replace(/[\\()]/g, (c) => `\\${c}`);

/**
 * Writes laid-out pages as a PDF of standard fonts. A scan gets the
 * grey, speckled ground of a photocopy.
 */
export function writePDF(pages: LaidPage[], scan = false): Uint8Array {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const kids = pages.map((_, i) => `${5 + i * 2} 0 R`).join(" ");
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>");
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>");
  pages.forEach(({ drawn, page }, i) => {
    const ops: string[] = [];
    if (scan) ops.push(ground(page.width, page.height, page.number));
    ops.push("BT");
    for (const d of drawn) {
      const x = d.x.toFixed(2);
      const y = (page.height - d.baseline).toFixed(2);
      ops.push(`/${d.bold ? "B" : "R"} ${d.size} Tf 1 0 0 1 ${x} ${y} Tm (${escape(d.text)}) Tj`);
    }
    ops.push("ET");
    const stream = ops.join("\n");
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${page.width} ${page.height}] /Contents ${6 + i * 2} 0 R ` +
        "/Resources << /Font << /R 3 0 R /B 4 0 R >> >> >>",
    );
    add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  });
  let out = "%PDF-1.7\n";
  const offsets = objects.map((body, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Uint8Array.from(out, (c) => c.charCodeAt(0) & 0xff);
}

/** The grey, speckled ground of a photocopy; the same for the same page. */
function ground(width: number, height: number, seed: number): string {
  const ops = [`q 0.93 0.925 0.9 rg 0 0 ${width} ${height} re f 0.62 g`];
  let state = seed * 7919;
  const next = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let i = 0; i < 130; i++) {
    const size = (0.4 + next() * 0.9).toFixed(2);
    ops.push(`${(next() * width).toFixed(1)} ${(next() * height).toFixed(1)} ${size} ${size} re f`);
  }
  ops.push(`0.78 g 0 0 7 ${height} re f 0.85 g 7 0 3 ${height} re f Q 0.16 g`);
  return ops.join("\n");
}
