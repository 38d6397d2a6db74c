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
      const files = Array.from(e.dataTransfer?.files ?? []);
      if (files.length > 0) receive?.(files);
    },
    { capture: true },
  );
}
