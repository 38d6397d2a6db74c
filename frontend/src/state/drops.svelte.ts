/** Whether files are being dragged over the window. */
export const drag = $state({ over: false });

/** What receives files dropped in a browser. The desktop program hears of drops itself. */
let receive: ((files: File[]) => void) | undefined;

/** Milliseconds without a dragover after which a drag has left the window. */
const patience = 250;

/** Sets who receives dropped files; returns what undoes it. */
export function onFiles(receiver: (files: File[]) => void): () => void {
  receive = receiver;
  return () => {
    if (receive === receiver) receive = undefined;
  };
}

// WebKitGTK names the type of dragged files text/uri-list, others "Files".
function carriesFiles(e: DragEvent): boolean {
  const types = Array.from(e.dataTransfer?.types ?? []);
  return types.includes("Files") || types.includes("text/uri-list");
}

/** The most files that one drop may bring; a folder of more is better watched. */
const most = 20_000;

type Entry = Pick<FileSystemEntry, "isDirectory" | "name">;

/** The files of entries and of the folders among them, in the order of names. Hidden ones, and what cannot be opened, are left out. */
export async function filesIn(entries: readonly Entry[]): Promise<File[]> {
  const out: File[] = [];
  const visit = async (entry: Entry): Promise<void> => {
    if (out.length >= most || entry.name.startsWith(".")) return;
    if (!entry.isDirectory) {
      await new Promise<void>((done) => (entry as FileSystemFileEntry).file((file) => (out.push(file), done()), () => done()));
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    const inside: Entry[] = [];
    // A reader gives its entries by the hundred, and none at the end.
    for (;;) {
      const some = await new Promise<Entry[]>((done) => reader.readEntries(done, () => done([])));
      if (some.length === 0) break;
      inside.push(...some);
    }
    for (const child of inside.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))) await visit(child);
  };
  for (const entry of entries) await visit(entry);
  return out;
}

/** Takes every drag and drop of the window, in the capture phase, before the browser can open the file. */
export function guardDrops(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = (e: DragEvent) => {
    if (!carriesFiles(e)) return;
    e.preventDefault();
    if (e.dataTransfer) e.dataTransfer.dropEffect = "copy";
    drag.over = true;
    clearTimeout(timer);
    // Leaving is not told reliably when a child is under the pointer.
    timer = setTimeout(() => (drag.over = false), patience * 4);
  };
  window.addEventListener("dragenter", over, { capture: true });
  window.addEventListener("dragover", over, { capture: true });
  window.addEventListener(
    "dragleave",
    (e) => {
      e.preventDefault();
      if (e.relatedTarget !== null) return;
      clearTimeout(timer);
      timer = setTimeout(() => (drag.over = false), patience);
    },
    { capture: true },
  );
  window.addEventListener(
    "drop",
    (e) => {
      e.preventDefault();
      clearTimeout(timer);
      drag.over = false;
      // What was dropped can be asked for only now; what is in folders comes after.
      const entries = Array.from(e.dataTransfer?.items ?? []).map((item) => item.webkitGetAsEntry?.() ?? null);
      const files = Array.from(e.dataTransfer?.files ?? []);
      if (!entries.some((entry) => entry?.isDirectory)) {
        if (files.length > 0) receive?.(files);
        return;
      }
      void filesIn(entries.filter((entry) => entry !== null)).then((all) => all.length > 0 && receive?.(all));
    },
    { capture: true },
  );
}
