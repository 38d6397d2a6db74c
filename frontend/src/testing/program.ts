import type { Setting, State } from "../api/types.gen";

const gib = 1024 ** 3;

/** What the program says of itself in a scene. */
export function stateOf(scene: string): State {
  const without = scene === "nomodel";
  return {
    vault: scene === "first" ? "none" : scene === "locked" ? "locked" : "open",
    keyring: scene !== "locked",
    version: "0.1.0",
    offline: scene !== "downloading",
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

/** The settings, as config show lists them. */
export const settings: Setting[] = [
  { key: "appearance.theme", value: "system", default: "system", origin: "default", doc: "Colours of the window.", kind: "choice", choices: ["system", "light", "dark"], restart: false },
  { key: "chat.model", value: "smollm2-135m", default: "smollm2-135m", origin: "default", doc: "Which chat model to use.", kind: "string", restart: true },
  { key: "chat.threads", value: "3", default: "3", origin: "default", doc: "Threads for answers: one fewer than the cores, so that the machine stays responsive.", kind: "int", restart: false },
  { key: "modules.chat", value: "true", default: "true", origin: "default", doc: "Let the chat model write sentences. Without it, answers are the passages themselves.", kind: "bool", restart: false },
  { key: "modules.ocr", value: "true", default: "true", origin: "default", doc: "Read pages without text by OCR.", kind: "bool", restart: true },
  { key: "ingest.ocr_language", value: "eng", default: "eng", origin: "file", doc: "Language that OCR expects.", kind: "choice", choices: ["eng", "deu", "fra", "spa"], restart: true },
  { key: "models.source", value: "", default: "", origin: "default", doc: "Address that models may be downloaded from: a model hub, or your firm's copy of one. Its host has to be among network.hosts. Empty: nothing is downloaded.", kind: "string", restart: false },
  { key: "network.hosts", value: "", default: "", origin: "default", doc: "Hosts that this program may connect to, over TLS only. Empty: none.", kind: "string", restart: false },
];
