import type { Citation } from "../api/types.gen";
import { t } from "../i18n";
import type { App } from "../state/app.svelte";
import { legalForm } from "../state/cite";
import type { Shortcut } from "./keys";

/** One thing a person can do. Palette, keyboard and buttons all run the same object. */
export interface Action {
  id: string;
  label: string;
  group: keyof typeof t.groups;
  shortcut?: Shortcut;
  /** Whether it can be done now. */
  when: () => boolean;
  run: () => void;
}

/** What the views offer to actions: things that only the page can do. */
export interface Hands {
  focusSearch(): void;
  focusAsk(): void;
  find(): void;
  zoom(by: 1 | -1 | 0): void;
  page(by: 1 | -1): void;
  chooseFiles(): void;
  nextPane(): void;
  /** Gives the focus to the list of documents. */
  list(): void;
  /** Shows or hides what is in the open document. */
  inside(): void;
  /** Switches between the pages of a document and its text. */
  asText(): void;
  /** Shows or hides how certain OCR is of each word. */
  doubt(): void;
  /** Walks along the changes of a comparison. */
  change(by: 1 | -1): void;
}

/** Copies text and says whether it worked. */
export async function copy(app: App, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    app.notices.say(t.reader.copied);
  } catch {
    app.notices.warn(t.reader.copyFailed);
  }
}

/** Copies a passage with its source in legal form: page and line, Bates number. */
export async function copyCited(app: App, citation: Pick<Citation, "document" | "name" | "page" | "quote" | "spans">): Promise<void> {
  await copy(app, legalForm(citation, undefined, await app.pins.of(citation)));
}

/** Every action of the window, in the order of the palette. */
export function actionsFor(app: App, hands: Hands): Action[] {
  const inMatter = () => app.matter !== undefined && !app.settingUp;
  const inDocument = () => inMatter() && app.nav.view.kind === "document";
  const comparing = () => inMatter() && app.nav.view.kind === "compare";
  const always = () => true;
  const open = () => app.program?.vault === "open" && !app.settingUp;
  const show = (overlay: App["overlay"]) => () => (app.overlay = app.overlay === overlay ? "" : overlay);
  const a = t.actions;
  return [
    { id: "palette", label: a.palette, group: "go", shortcut: "Mod+k", when: open, run: show("palette") },
    { id: "documents", label: a.documents, group: "go", shortcut: "Mod+Shift+d", when: inMatter, run: () => (app.nav.go({ kind: "documents" }), setTimeout(() => hands.list())) },
    { id: "search", label: a.search, group: "go", shortcut: "Mod+Shift+f", when: inMatter, run: () => hands.focusSearch() },
    { id: "ask", label: a.ask, group: "ask", shortcut: "/", when: inMatter, run: () => hands.focusAsk() },
    { id: "new-question", label: a.newQuestion, group: "ask", shortcut: "Mod+Shift+q", when: inMatter, run: () => (app.ask.fresh(), hands.focusAsk()) },
    { id: "stop-answer", label: a.stopAnswer, group: "ask", when: () => app.ask.busy, run: () => app.ask.cancel() },
    {
      id: "scope-document", label: a.scopeDocument, group: "ask", when: inDocument,
      run: () => {
        const view = app.nav.view;
        if (view.kind === "document") app.ask.scope = [view.document];
        hands.focusAsk();
      },
    },
    { id: "scope-matter", label: a.scopeMatter, group: "ask", when: () => app.ask.scope.length > 0, run: () => (app.ask.scope = []) },
    { id: "next-citation", label: a.nextCitation, group: "read", shortcut: "]", when: () => app.nav.trail.length > 0, run: () => app.nav.step(1) },
    { id: "previous-citation", label: a.previousCitation, group: "read", shortcut: "[", when: () => app.nav.trail.length > 0, run: () => app.nav.step(-1) },
    { id: "copy-citation", label: a.copyCitation, group: "read", shortcut: "Mod+Shift+c", when: () => app.nav.stop !== undefined, run: () => void (app.nav.stop && copyCited(app, app.nav.stop)) },
    { id: "find", label: a.find, group: "read", shortcut: "Mod+f", when: inDocument, run: () => hands.find() },
    { id: "next-page", label: a.nextPage, group: "read", shortcut: "Alt+PageDown", when: inDocument, run: () => hands.page(1) },
    { id: "previous-page", label: a.previousPage, group: "read", shortcut: "Alt+PageUp", when: inDocument, run: () => hands.page(-1) },
    { id: "zoom-in", label: a.zoomIn, group: "read", shortcut: "Mod+=", when: inDocument, run: () => hands.zoom(1) },
    { id: "zoom-out", label: a.zoomOut, group: "read", shortcut: "Mod+-", when: inDocument, run: () => hands.zoom(-1) },
    { id: "fit-width", label: a.fitWidth, group: "read", shortcut: "Mod+0", when: inDocument, run: () => hands.zoom(0) },
    { id: "inside", label: a.inside, group: "read", shortcut: "Mod+i", when: inDocument, run: () => hands.inside() },
    { id: "as-text", label: a.asText, group: "read", shortcut: "Mod+Shift+x", when: inDocument, run: () => hands.asText() },
    { id: "doubt", label: a.doubt, group: "read", shortcut: "Mod+Shift+o", when: inDocument, run: () => hands.doubt() },
    { id: "compare", label: a.compare, group: "read", when: inDocument, run: show("compare") },
    { id: "next-change", label: a.nextChange, group: "read", shortcut: "Alt+ArrowDown", when: comparing, run: () => hands.change(1) },
    { id: "previous-change", label: a.previousChange, group: "read", shortcut: "Alt+ArrowUp", when: comparing, run: () => hands.change(-1) },
    {
      id: "close-tab", label: a.closeTab, group: "read", shortcut: "Alt+w", when: inDocument,
      run: () => {
        const view = app.nav.view;
        if (view.kind === "document") app.nav.close(view.document);
      },
    },
    { id: "back", label: a.back, group: "go", shortcut: "Alt+ArrowLeft", when: () => app.nav.canBack, run: () => app.nav.back() },
    { id: "forward", label: a.forward, group: "go", shortcut: "Alt+ArrowRight", when: () => app.nav.canForward, run: () => app.nav.forward() },
    { id: "home", label: a.home, group: "go", shortcut: "Alt+Home", when: inMatter, run: () => app.nav.go({ kind: "home" }) },
    { id: "next-pane", label: a.nextPane, group: "go", shortcut: "F6", when: inMatter, run: () => hands.nextPane() },
    { id: "add-files", label: a.addFiles, group: "matter", shortcut: "Mod+o", when: inMatter, run: () => hands.chooseFiles() },
    { id: "watch", label: a.watch, group: "matter", when: inMatter, run: show("watch") },
    { id: "pause-all", label: a.pauseAll, group: "matter", when: () => app.progress.running + app.progress.waiting > 0, run: () => void app.allJobs("pause") },
    { id: "resume-all", label: a.resumeAll, group: "matter", when: () => app.progress.paused > 0, run: () => void app.allJobs("resume") },
    { id: "report", label: a.report, group: "matter", when: inMatter, run: show("report") },
    { id: "quality", label: a.quality, group: "matter", when: inMatter, run: show("quality") },
    { id: "new-matter", label: a.newMatter, group: "matter", shortcut: "Mod+Shift+m", when: open, run: show("new-matter") },
    { id: "switch-matter", label: a.switchMatter, group: "matter", shortcut: "Mod+m", when: open, run: show("matters") },
    { id: "rename-matter", label: a.renameMatter, group: "matter", when: inMatter, run: show("rename-matter") },
    { id: "erase-matter", label: a.eraseMatter, group: "matter", when: inMatter, run: show("erase-matter") },
    { id: "sample", label: a.sample, group: "matter", when: open, run: () => void app.openSample() },
    { id: "jobs", label: a.jobs, group: "view", shortcut: "Mod+j", when: inMatter, run: show("jobs") },
    { id: "toggle-left", label: a.toggleLeft, group: "view", shortcut: "Mod+b", when: inMatter, run: () => app.layout.toggle("left") },
    { id: "toggle-right", label: a.toggleRight, group: "view", shortcut: "Mod+Shift+b", when: inMatter, run: () => app.layout.toggle("right") },
    { id: "settings", label: a.settings, group: "view", shortcut: "Mod+,", when: open, run: () => app.nav.go({ kind: "settings" }) },
    { id: "models", label: a.models, group: "view", shortcut: "Mod+Shift+e", when: open, run: () => app.nav.go({ kind: "models", part: "here" }) },
    { id: "performance", label: a.performance, group: "view", when: open, run: () => app.nav.go({ kind: "models", part: "engine" }) },
    { id: "experts", label: a.experts, group: "view", when: open, run: () => app.nav.go({ kind: "models", part: "experts" }) },
    { id: "theme-light", label: a.themeLight, group: "view", when: always, run: () => app.setTheme("light") },
    { id: "theme-dark", label: a.themeDark, group: "view", when: always, run: () => app.setTheme("dark") },
    { id: "theme-system", label: a.themeSystem, group: "view", when: always, run: () => app.setTheme("system") },
    { id: "shortcuts", label: a.shortcuts, group: "view", shortcut: "?", when: open, run: show("shortcuts") },
    { id: "lock", label: a.lock, group: "matter", shortcut: "Mod+Shift+l", when: open, run: () => void app.lock() },
  ];
}
