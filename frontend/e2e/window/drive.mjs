// What run.sh does on its display. Everything a person would do is done with the
// real mouse and keyboard; the page is only looked at.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "./webdriver.mjs";

const work = process.env.MARKAI_WORK;
const folder = join(process.env.MARKAI_ARTIFACTS, "desktop");
mkdirSync(folder, { recursive: true });

/** Milliseconds that a slow machine may take to read a page and to answer. */
const patience = Number(process.env.MARKAI_PATIENCE ?? 240_000);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const x = (...args) => execFileSync("xdotool", args.map(String), { encoding: "utf8" }).trim();
const picture = (name) => execFileSync("import", ["-window", "root", join(folder, `${name}.png`)]);

function check(condition, sentence) {
  if (!condition) throw new Error(`Not so: ${sentence}`);
}

async function until(what, probe, ms = 30_000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) {
    try {
      const value = await probe();
      if (value) return value;
    } catch {
      // Not there yet.
    }
  }
  throw new Error(`Waited in vain: ${what}`);
}

/** A PDF of one page: a clause that the question is about. */
function contract() {
  const lines = [
    "MASTER SERVICES AGREEMENT",
    "1. Term. This Agreement begins on March 4, 2019 and continues for three (3) years.",
    "2. Termination. Either party may terminate this Agreement for convenience upon",
    "sixty (60) days' prior written notice to the other party.",
    "3. Governing law. This Agreement is governed by the laws of the State of Washington.",
  ];
  const stream = `BT /F 12 Tf 72 700 Td 24 TL ${lines.map((l) => `(${l.replace(/[()\\]/g, "\\$&")}) Tj T*`).join(" ")} ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let out = "%PDF-1.4\n";
  const offsets = objects.map((body, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  out += `xref\n0 6\n0000000000 65535 f \n${offsets.map((n) => `${String(n).padStart(10, "0")} 00000 n \n`).join("")}`;
  return `${out}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
}

const file = join(work, "Dragged agreement.pdf");
writeFileSync(file, contract());

const log = openSync(join(folder, "program.log"), "w");
const window_ = await open(join(work, "markai"), [], log);
let source;

/** Where an element lies on the screen, once it is there. */
async function place(selector, text = "") {
  return until(`${selector} ${text}`, async () => {
    const rect = await window_.run(
      `const all = [...document.querySelectorAll(arguments[0])].filter((e) => e.textContent.includes(arguments[1]) && e.getClientRects().length > 0);
       if (all.length === 0) return null;
       all[0].scrollIntoView({ block: "nearest" });
       const r = all[0].getBoundingClientRect();
       return { left: r.left, top: r.top, width: r.width, height: r.height };`,
      selector,
      text,
    );
    if (!rect) return null;
    const origin = await client();
    return { left: origin.x + rect.left, top: origin.y + rect.top, width: rect.width, height: rect.height };
  });
}

async function client() {
  const [id] = x("search", "--onlyvisible", "--name", "^Mark AI$").split("\n");
  const out = x("getwindowgeometry", "--shell", id);
  const value = (name) => Number(new RegExp(`^${name}=(-?\\d+)`, "m").exec(out)[1]);
  return { id, x: value("X"), y: value("Y") };
}

async function click(selector, text) {
  const r = await place(selector, text);
  x("mousemove", Math.round(r.left + r.width / 2), Math.round(r.top + r.height / 2));
  await sleep(80);
  x("click", 1);
  await sleep(150);
}

const has = (selector, text = "") =>
  window_.run(`return [...document.querySelectorAll(arguments[0])].some((e) => e.textContent.includes(arguments[1]))`, selector, text);
const type = (text) => x("type", "--delay", 12, text);

async function step(sentence, run) {
  const begin = Date.now();
  try {
    const value = await run();
    console.log(`ok    ${sentence} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    return value;
  } catch (error) {
    console.error(`      pointer: ${x("getmouselocation")}; window: ${JSON.stringify(await client().catch(() => "gone"))}`);
    picture("failed");
    const text = await window_.run("return document.body.innerText.slice(0, 1500)").catch(() => "");
    console.error(`FAIL  ${sentence}\n      ${error.message}\n${text}`);
    throw error;
  }
}

try {
  await step("the window shows", async () => {
    await until("the window", () => x("search", "--onlyvisible", "--name", "^Mark AI$"));
    const { id } = await client();
    x("windowmove", id, 0, 0);
    x("windowsize", id, 1280, 860);
    x("windowfocus", id);
    await until("the page", () => has("main, .shell"));
    // The page takes up its new size a moment after the window has.
    let before = "";
    await until("a size that stays", async () => {
      const now = await window_.run("return `${innerWidth}x${innerHeight}`");
      const same = now === before;
      before = now;
      return same;
    });
    await sleep(500);
    picture("opened");
  });

  await step("the vault is made with a passphrase, and the recovery key shown", async () => {
    await until("a first screen", async () => (await has(".eyebrow", "Step")) || (await has("h1", "locked")) || (await has(".shell")));
    if (await has(".eyebrow", "Step 1")) {
      await click("footer button", "Continue");
      await click(".choice", "A passphrase");
      await click(".fields label:nth-child(1) input", "");
      type("correct horse battery staple");
      await click(".fields label:nth-child(2) input", "");
      type("correct horse battery staple");
      await click("footer button", "Make the vault");
    }
    if (await has("h1", "locked")) {
      await click("input[type=password]", "");
      type("correct horse battery staple");
      x("key", "Return");
    }
    await until("the recovery key or the shell", async () => (await has("[data-testid=recovery-key]")) || (await has(".shell")), 60_000);
    if (await has("[data-testid=recovery-key]")) {
      await click(".kept input", "");
      await click("footer button", "Continue");
      await until("the next screen", async () => (await has("h1", "This machine")) || (await has(".shell")));
      if (await has("h1", "This machine")) await click("footer button", "Continue");
    }
    picture("vault");
  });

  await step("a matter is made", async () => {
    if (await has(".start")) {
      await click(".start input", "");
      type("Halloran v. Meridian");
      x("key", "Return");
    } else {
      await until("the shell", () => has(".shell"));
      x("key", "ctrl+shift+m");
      await until("the dialog", () => has("dialog"));
      type("Halloran v. Meridian");
      x("key", "Return");
    }
    await until("the matter", () => has(".matter", "Halloran v. Meridian"));
  });

  await step("a PDF dragged in from another program is taken", async () => {
    source = spawn("/usr/bin/python3", [new URL("dragsource.py", import.meta.url).pathname, file], { stdio: ["ignore", "pipe", "inherit"] });
    let given = "";
    source.stdout.on("data", (data) => (given += data));
    const id = await until("the drag source", () => x("search", "--onlyvisible", "--name", "^markai-dragsource$").split("\n")[0]);
    x("windowmove", id, 1400, 120);
    await sleep(400);
    const out = x("getwindowgeometry", "--shell", id);
    const [sx, sy] = ["X", "Y"].map((name) => Number(new RegExp(`^${name}=(-?\\d+)`, "m").exec(out)[1]) + 30);
    const [tx, ty] = [640, 420];
    x("mousemove", sx, sy);
    await sleep(300);
    x("mousedown", 1);
    await sleep(300);
    for (let i = 1; i <= 24; i++) {
      x("mousemove", Math.round(sx + ((tx - sx) * i) / 24), Math.round(sy + ((ty - sy) * i) / 24));
      await sleep(60);
    }
    x("mousemove", tx + 2, ty);
    await sleep(120);
    x("mousemove", tx, ty);
    await sleep(300);
    const overlay = await has(".drop", "Halloran v. Meridian");
    picture("drag");
    x("mouseup", 1);
    check(overlay, "while it is dragged, the overlay names the matter");
    await until("the file to be handed over", () => given.includes("taken"));
    check(await has(".shell"), "the window was not replaced by the file");
    await until("the document in the list", () => has(".row", "Dragged agreement.pdf"));
    source.kill();
  });

  await step("it is read", () => until("one page read", () => has(".row .line", "1 page"), patience));

  await step("a question typed on the keyboard is answered with a citation", async () => {
    const { id } = await client();
    x("windowfocus", id);
    await click(".thread", "");
    x("key", "slash");
    await sleep(200);
    type("What is the notice period for termination?");
    x("key", "Return");
    await until("the answer", async () => (await has(".verdicts")) || (await has(".refusal")) || (await has(".error")), patience);
    picture("answer");
    check(await has("[data-testid=citation]"), "the answer carries a citation");
  });

  await step("the cited words are marked in yellow on the page", async () => {
    await click("[data-testid=citation]", "");
    await until("the mark", () => has(".mark.current"));
    await until("the page to be drawn", () => window_.run(`return document.querySelector(".sheet[data-drawn]:has(.mark.current)") !== null`));
    await sleep(1200);
    x("mousemove", 1500, 900);
    await sleep(300);
    picture("citation");
    const r = await place(".mark.current", "");
    const crop = `${Math.floor(r.width)}x${Math.floor(r.height)}+${Math.round(r.left)}+${Math.round(r.top)}`;
    const pixels = execFileSync("convert", [join(folder, "citation.png"), "-crop", crop, "+repage", "-depth", "8", "rgb:-"], { maxBuffer: 64 << 20 });
    let yellow = 0;
    let dark = 0;
    for (let i = 0; i + 2 < pixels.length; i += 3) {
      const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
      if (red > 235 && green > 195 && green < 245 && blue < 170) yellow++;
      if (red < 110 && green < 110 && blue < 90) dark++;
    }
    const all = pixels.length / 3;
    check(yellow / all > 0.4, `the mark is yellow (${Math.round((yellow / all) * 100)} % of its pixels)`);
    check(dark / all > 0.01, `words show through the mark (${((dark / all) * 100).toFixed(1)} % of its pixels are dark)`);
  });
} catch {
  process.exitCode = 1;
} finally {
  source?.kill();
  await window_.close();
}
