import type { Model, Setting, State } from "../api/types.gen";

const gib = 1024 ** 3;

/** What the program says of itself in a scene. */
export function stateOf(scene: string): State {
  const without = scene === "nomodel";
  return {
    vault: scene === "first" ? "none" : scene === "locked" ? "locked" : "open",
    keyring: scene !== "locked",
    version: "0.1.0",
    offline: true,
    desktop: false,
    home: "~/.local/share/markai",
    chat: without
      ? { id: "", name: "", status: "missing", problem: "No chat model is installed. Answers are made of verbatim passages.", tokensPerSecond: 0 }
      : { id: "smollm2-135m", name: "SmolLM2 135M", status: "ready", tokensPerSecond: 41 },
    embedding: { id: "minilm", name: "all-MiniLM-L6-v2", status: "ready", tokensPerSecond: 0 },
    ocr: { on: true },
    machine: { cores: 4, memoryBytes: 15.5 * gib, freeBytes: 6.2 * gib },
  };
}

/** The models of the manager. */
export function models(scene: string): Model[] {
  const missing = scene === "nomodel";
  return [
    { id: "smollm2-135m", name: "SmolLM2 135M Instruct", role: "chat", bytes: 144_811_072, needsBytes: 0.4 * gib, licence: "Apache-2.0", installed: !missing, active: !missing },
    { id: "own-8b", name: "Your own GGUF, 8B Q4", role: "chat", bytes: 4_920_000_000, needsBytes: 9.1 * gib, licence: "as its publisher says", installed: true, active: false, problem: "This model needs 9.1 GB and 6.2 GB are free. Choose the smaller one, or close other programs." },
    { id: "minilm", name: "all-MiniLM-L6-v2", role: "embedding", bytes: 24_100_000, needsBytes: 0.1 * gib, licence: "Apache-2.0", installed: true, active: true },
  ];
}

/** The settings, as config show lists them. */
export const settings: Setting[] = [
  { key: "appearance.theme", value: "system", default: "system", origin: "default", doc: "Colours of the window.", kind: "choice", choices: ["system", "light", "dark"], restart: false },
  { key: "chat.threads", value: "3", default: "3", origin: "default", doc: "Threads for answers: one fewer than the cores, so that the machine stays responsive.", kind: "int", restart: false },
  { key: "modules.chat", value: "true", default: "true", origin: "default", doc: "Let the chat model write sentences. Without it, answers are the passages themselves.", kind: "bool", restart: false },
  { key: "modules.ocr", value: "true", default: "true", origin: "default", doc: "Read pages without text by OCR.", kind: "bool", restart: true },
  { key: "ingest.ocr_language", value: "eng", default: "eng", origin: "file", doc: "Language that OCR expects.", kind: "choice", choices: ["eng", "deu", "fra", "spa"], restart: true },
];
