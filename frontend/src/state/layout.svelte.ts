/** Widths in CSS pixels and what is folded away, remembered for each matter. */
interface Panes {
  left: number;
  right: number;
  leftOpen: boolean;
  rightOpen: boolean;
  /** Whether the reader lists what is in the document. */
  inside: boolean;
}

export type Theme = "system" | "light" | "dark";
export type Contrast = "system" | "more";

const usual: Panes = { left: 272, right: 408, leftOpen: true, rightOpen: true, inside: false };

/** The least and greatest widths of the side panes, in CSS pixels. */
export const bounds = { left: [200, 460], right: [320, 640] } as const;

/** Below this width of the window, reader and answer share one pane. */
const narrow = 1080;

function recall<T extends object>(key: string, fallback: T): T {
  try {
    return { ...fallback, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<T>) };
  } catch {
    return { ...fallback };
  }
}

function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be full or forbidden: then the window forgets its widths.
  }
}

/** How the window is laid out and looks. It keeps sizes only, never a word of a document. */
export class Layout {
  panes = $state<Panes>({ ...usual });
  windowWidth = $state(1280);
  /** Which of the two shows where they share one pane. */
  shared = $state<"reader" | "ask">("reader");
  theme = $state<Theme>("system");
  contrast = $state<Contrast>("system");
  textSize = $state(100);
  #matter = "";

  readonly isNarrow = $derived(this.windowWidth < narrow);

  constructor() {
    const look = recall("markai.look", { theme: "system" as Theme, contrast: "system" as Contrast, textSize: 100 });
    this.theme = look.theme;
    this.contrast = look.contrast;
    this.textSize = look.textSize;
  }

  /** Takes up the widths that were left in a matter. */
  open(matter: string): void {
    this.#matter = matter;
    this.panes = recall(`markai.panes.${matter}`, usual);
  }

  resize(side: "left" | "right", width: number): void {
    const [least, most] = bounds[side];
    this.panes[side] = Math.round(Math.min(most, Math.max(least, width)));
    this.#keepPanes();
  }

  toggle(side: "left" | "right"): void {
    const key = side === "left" ? "leftOpen" : "rightOpen";
    this.panes[key] = !this.panes[key];
    this.#keepPanes();
  }

  toggleInside(): void {
    this.panes.inside = !this.panes.inside;
    this.#keepPanes();
  }

  /** Makes sure that the answers can be seen. */
  showAsk(): void {
    if (this.isNarrow) this.shared = "ask";
    else if (!this.panes.rightOpen) this.toggle("right");
  }

  look(change: { theme?: Theme; contrast?: Contrast; textSize?: number }): void {
    Object.assign(this, change);
    keep("markai.look", { theme: this.theme, contrast: this.contrast, textSize: this.textSize });
    this.apply();
  }

  /** Writes the look to the document, where the style sheets read it. */
  apply(): void {
    const root = document.documentElement;
    const set = (name: string, value: string) => (value === "system" ? root.removeAttribute(name) : root.setAttribute(name, value));
    set("data-theme", this.theme);
    set("data-contrast", this.contrast);
    root.style.fontSize = `${this.textSize}%`;
  }

  #keepPanes(): void {
    if (this.#matter) keep(`markai.panes.${this.#matter}`, this.panes);
  }
}
