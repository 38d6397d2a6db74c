// The models of the fake: what is here, what can be had, how it runs.
import { ClientError } from "../api/client";
import type { ModelsClient } from "../api/models";
import type { Catalogue, CatalogueEntry, Download, Event, MemoryNeed, Model, ModelReport, Setting, TryEvent } from "../api/types.gen";
import { engineOf, expertsOf, routeOf } from "./engine";

const gib = 1024 ** 3;
const free = 6.2 * gib;

/** Memory at several contexts: weights, and so much for each token that is kept. */
const needs = (weights: number, token: number, most: number): MemoryNeed[] =>
  [512, 2048, 4096, 8192, 16384, 32768].filter((context) => context <= most && (context > 512 || most <= 512)).map((context) => ({ context, bytes: weights + token * context, fits: weights + token * context <= free }));

/** The models of the manager. */
export function modelsOf(scene: string): Model[] {
  const missing = scene === "nomodel";
  const common = { template: "own", settings: { context: 0, threads: 0, kvType: "", draft: "" } };
  return [
    {
      ...common, id: "smollm2-135m", name: "SmolLM2 135M Instruct", role: "chat", bytes: 144_811_072, needsBytes: 0.4 * gib, licence: "Apache-2.0", installed: !missing, active: !missing,
      own: false, file: "smollm2-135m-instruct-q8_0.gguf", source: "came with the program", architecture: "llama", type: "q8_0", parameters: 134_515_008, context: 8192, capabilities: ["chat"],
      ability: { writes: false, grammar: true, answers: 0.4, keeps: 0.55, cites: 0.31, stays: 0.33 },
      needs: needs(0.28 * gib, 23_040, 8192), advice: "It runs here with a context of up to 8192 tokens, which needs 464 MB; 6.2 GB are free.",
      ...(missing ? { problem: "SmolLM2 135M Instruct is not installed. Run `markai models prepare`, or choose another model." } : {}),
    },
    {
      ...common, id: "own-8b", name: "Your own GGUF, 8B Q4", role: "chat", bytes: 4_920_000_000, needsBytes: 9.1 * gib, licence: "as its publisher says", installed: true, active: false,
      own: true, file: "own-8b-q4_k_m.gguf", source: "your own file", architecture: "llama", type: "q4_k_m", parameters: 8_030_000_000, context: 131_072, capabilities: ["chat", "tools"], sha256: "5b1f8f3a6c0e47d2a9be5a1c7f2d4e60918273645546372819aabbccddeeff00",
      needs: needs(8.1 * gib, 262_144, 131_072), advice: "The model needs 8.6 GB and 6.2 GB are free. Choose a smaller one, a smaller type of the same, or close other programs.",
      settings: { context: 4096, threads: 3, kvType: "q8_0", draft: "smollm2-135m", temperature: 0 },
      problem: "This model needs 9.1 GB and 6.2 GB are free. Choose the smaller one, or close other programs.",
    },
    {
      ...common, id: "own-1b", name: "Orrery 2B Instruct", role: "chat", bytes: 1_545_000_000, needsBytes: 2.1 * gib, licence: "Apache-2.0", installed: true, active: false,
      own: true, file: "orrery-2b-instruct-q4_k_m.gguf", source: "imported on 12 November", architecture: "llama", type: "q4_k_m", parameters: 2_530_000_000, context: 131_072, capabilities: ["chat", "tools"], sha256: "c0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f",
      needs: needs(1.5 * gib, 81_920, 131_072), advice: "It runs here with a context of up to 32768 tokens, which needs 4.0 GB; 6.2 GB are free.",
    },
    {
      ...common, id: "minilm", name: "all-MiniLM-L6-v2", role: "embedding", bytes: 24_100_000, needsBytes: 0.1 * gib, licence: "Apache-2.0", installed: true, active: true,
      own: false, file: "all-minilm-l6-v2-q8_0.gguf", source: "came with the program", architecture: "bert", type: "q8_0", parameters: 22_713_216, context: 512, capabilities: ["embedding"],
      needs: [{ context: 512, bytes: 0.1 * gib, fits: true }], advice: "It runs here with a context of up to 512 tokens, which needs 102 MB; 6.2 GB are free.",
    },
  ];
}

const entry = (e: Pick<CatalogueEntry, "id" | "family" | "name" | "publisher" | "parameters" | "context" | "about"> & Partial<CatalogueEntry>, files: [type: string, gigabytes: number, token: number][]): CatalogueEntry => {
  const all = files.map(([type, gigabytes, token]) => ({ type, bytes: gigabytes * gib, needs: needs(gigabytes * gib * 1.06, token, e.context) }));
  const suggested = all.find((f) => f.needs[0]!.fits);
  return {
    repository: `${e.publisher.toLowerCase()}/${e.id}-gguf`, role: "chat", licence: { name: "Apache-2.0", accept: false, accepted: false }, capabilities: ["chat", "tools"], ...e,
    files: all.map((f) => ({
      ...f, ...(f.bytes === 0 ? { estimate: e.parameters * 2 } : {}), file: `${e.id}-${f.type}.gguf`, fits: f.needs[0]!.fits, suggested: f === suggested,
      advice: f.needs[0]!.fits ? "It runs here." : `It needs ${(f.needs[0]!.bytes / gib).toFixed(1)} GB and 6.2 GB are free: ${suggested ? `choose ${suggested.type}` : "choose a smaller model"}.`,
    })),
  };
};

function catalogueOf(source: string): Catalogue {
  return {
    source, memoryBytes: 15.5 * gib, freeBytes: free, diskBytes: 212 * gib,
    entries: [
      entry({ id: "orrery-2b", family: "Orrery", name: "Orrery 2B Instruct", publisher: "Example Labs", parameters: 2_530_000_000, context: 131_072, about: "Short answers and summaries on a laptop." }, [["q8_0", 2.5, 81_920], ["q4_k_m", 1.44, 81_920]]),
      entry({ id: "orrery-8b", family: "Orrery", name: "Orrery 8B Instruct", publisher: "Example Labs", parameters: 8_190_000_000, context: 40_960, about: "Longer answers and comparisons, with 16 GB of memory." }, [["q8_0", 8.1, 147_456], ["q4_k_m", 4.7, 147_456]]),
      entry({ id: "sextant-8b", family: "Sextant", name: "Sextant 8B", publisher: "Sample Foundation", parameters: 8_030_000_000, context: 131_072, about: "A model of middle size.", licence: { name: "Sextant Community Licence", text: "1. You may use the model in your own practice.\n2. You keep the name of the model on what you make with it.\n3. You do not use it for what the annex forbids.", accept: true, accepted: false } }, [["q4_k_m", 4.6, 131_072], ["q4_0", 4.3, 131_072]]),
      entry({ id: "orrery-20b", family: "Orrery", name: "Orrery 20B", publisher: "Example Labs", parameters: 20_900_000_000, context: 131_072, about: "Drafting on a workstation." }, [["mxfp4", 11.3, 49_152]]),
      entry({ id: "needle-small", family: "Needle", name: "Needle Small", publisher: "Sample Foundation", parameters: 33_400_000, context: 512, role: "embedding", capabilities: ["embedding"], licence: { name: "MIT", accept: false, accepted: false }, about: "Finds passages by meaning, in English." }, [["f16", 0, 0]]),
    ],
  };
}

const report: ModelReport = {
  choice: 1, machine: "4 cores, 15.5 GB", time: "2026-11-24T18:20:00Z",
  why: "orrery-q8_0: the fastest at writing of those that fit this machine and stay within 0.05 nats a token of the original.",
  rows: [
    { name: "orrery-f16", type: "f16", bytes: 5.07e9, peakBytes: 5.31e9, promptPerSecond: 41, decodePerSecond: 4.1, perplexity: 9.81, divergence: 0, sameFirst: 1, tokens: 16_384, quality: 0.71, questions: 24 },
    { name: "orrery-q8_0", type: "q8_0", bytes: 2.69e9, peakBytes: 2.94e9, promptPerSecond: 58, decodePerSecond: 8.2, perplexity: 9.82, divergence: 0.002, sameFirst: 0.985, tokens: 16_384, quality: 0.71, questions: 24 },
    { name: "orrery-q6_k", type: "q6_k", bytes: 2.08e9, peakBytes: 2.33e9, promptPerSecond: 44, decodePerSecond: 7.9, perplexity: 9.85, divergence: 0.011, sameFirst: 0.962, tokens: 16_384, quality: 0.71, questions: 24 },
    { name: "orrery-q4_k_m", type: "q4_k_m", bytes: 1.55e9, peakBytes: 1.8e9, promptPerSecond: 49, decodePerSecond: 11.6, perplexity: 10.12, divergence: 0.058, sameFirst: 0.905, tokens: 16_384, quality: 0.67, questions: 24 },
    { name: "orrery-q4_0", type: "q4_0", bytes: 1.45e9, peakBytes: 1.7e9, promptPerSecond: 71, decodePerSecond: 13.4, perplexity: 10.44, divergence: 0.094, sameFirst: 0.878, tokens: 16_384, quality: 0.62, questions: 24 },
  ],
};

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The part of the fake that concerns models. */
export function fakeModels(scene: string, settings: Map<string, Setting>, push: (event: Event) => void): ModelsClient {
  let models = modelsOf(scene);
  const downloads: Download[] = [];
  const moved = () => push({ kind: "models" });
  const model = (id: string): Model => {
    const found = models.find((m) => m.id === id);
    if (!found) throw new ClientError("not_found", `There is no model named “${id}” any more.`);
    return found;
  };
  const downloading = scene === "downloading";
  if (downloading) {
    for (const [key, value] of [["models.source", "https://models.firm.example"], ["network.hosts", "models.firm.example"]] as const) settings.set(key, { ...settings.get(key)!, value, origin: "settings" });
  }
  const source = () => settings.get("models.source")?.value ?? "";

  const imported = (name: string): Model => {
    if (!/\.gguf$/i.test(name)) throw new ClientError("unsupported", `${name} is not a GGUF model. Choose a file that ends in .gguf.`);
    const id = name.replace(/\.gguf$/i, "");
    if (models.some((m) => m.id === id)) throw new ClientError("exists", `A model named ${name} is installed already. Remove it first, or rename the file.`);
    const made: Model = { ...modelsOf("full")[2]!, id, name: id, file: name, active: false, own: true, source: "your own file", licence: "" };
    delete made.problem;
    models = [...models, made];
    moved();
    return made;
  };

  async function fetchIt(d: Download) {
    const tell = () => push({ kind: "download", download: { ...d } });
    while (d.state === "running") {
      d.bytes = Math.min(d.total, d.bytes + d.total / 40);
      Object.assign(d, { perSecond: 11.2e6, etaSeconds: (d.total - d.bytes) / 11.2e6 });
      tell();
      if (d.bytes >= d.total) {
        Object.assign(d, { state: "done", etaSeconds: 0, model: d.file.replace(/\.gguf$/, "") });
        imported(d.file);
        tell();
        return;
      }
      await wait(120);
    }
  }

  if (downloading) {
    const common = { perSecond: 0, etaSeconds: 0 };
    downloads.push(
      { ...common, id: "d1", entry: "orrery-8b", name: "Orrery 8B Instruct", file: "orrery-8b-q4_k_m.gguf", state: "running", bytes: 1.9 * gib, total: 4.7 * gib, perSecond: 11.2e6, etaSeconds: 268 },
      { ...common, id: "d2", entry: "orrery-2b", name: "Orrery 2B Instruct", file: "orrery-2b-q8_0.gguf", state: "paused", bytes: 0.4 * gib, total: 2.5 * gib },
      { ...common, id: "d3", entry: "needle-small", name: "Needle Small", file: "needle-small-f16.gguf", state: "failed", bytes: 0.02 * gib, total: 0.062 * gib, problem: "The file that came is not the one that its publisher states: the checksums differ. Nothing was installed. Try again, or import the file from elsewhere." },
    );
  }

  return {
    models: async () => models.map((m) => ({ ...m })),
    catalogue: async () => {
      const c = catalogueOf(source());
      return { ...c, entries: c.entries.map((e) => ({ ...e, files: e.files.map((f) => ({ ...f, ...(models.some((m) => m.file === f.file) ? { installed: f.file.replace(/\.gguf$/, "") } : {}) })) })) };
    },
    importModelFile: async (file) => imported(file.name),
    importModelPath: async (path) => imported(path.split("/").pop() ?? path),
    pickModel: async () => imported("picked-model.gguf"),
    removeModel: async (id) => {
      const m = model(id);
      if (m.active) throw new ClientError("forbidden", `${m.name} is in use. Use another model first, and start Mark AI again.`);
      models = models.filter((other) => other !== m);
      moved();
    },
    useModel: async (id) => {
      const { role } = model(id);
      const setting = settings.get(`${role}.model`);
      // Another chat model comes with the next start.
      if (setting) settings.set(setting.key, { ...setting, value: id, origin: "settings" });
      else models = models.map((m) => (m.role === role ? { ...m, active: m.id === id } : m));
      moved();
    },
    verifyModel: async (id) => {
      await wait(60);
      const sha256 = model(id).sha256 ?? "9f2d7c1e5b8a4c3d2e1f00998877665544332211ffeeddccbbaa00112233aabb";
      models = models.map((m) => (m.id === id ? { ...m, sha256 } : m));
      return { sha256, before: sha256, stated: "", sound: true, report: "The file is the same as when it was installed.", time: "2026-11-24T21:04:00Z" };
    },
    configureModel: async (id, chosen) => {
      model(id);
      if (chosen.context < 0 || chosen.context > model(id).context) throw new ClientError("invalid", `The context of ${model(id).name} has at most ${model(id).context} tokens.`);
      models = models.map((m) => (m.id === id ? { ...m, settings: { ...chosen } } : m));
    },
    async *tryModel(id, question, signal): AsyncGenerator<TryEvent> {
      const { name } = model(id);
      yield { kind: "loading" };
      const text = `You asked: “${question}” I am ${name}, and without a case file I can only answer from memory, so check whatever I say.`;
      const words = text.split(/(?<=\s)/);
      for (const word of words) {
        await wait(14);
        if (signal.aborted) return;
        yield { kind: "text", text: word };
      }
      yield { kind: "done", done: { loadMs: 412, firstMs: 96, totalMs: 812, tokens: words.length, tokensPerSecond: 38.4 } };
    },
    downloads: async () => downloads.map((d) => ({ ...d })),
    downloadModel: async ({ entry: id, file, accepts }) => {
      const c = catalogueOf(source()).entries.find((e) => e.id === id);
      const f = c?.files.find((x) => x.file === file);
      if (!c || !f) throw new ClientError("not_found", "The catalogue has no such file.");
      if (source() === "") throw new ClientError("forbidden", "No address for models is allowed. Enter one in the settings, or import the file.");
      if (c.licence.accept && !accepts) throw new ClientError("invalid", "Read the licence and accept it first.");
      const d: Download = { id: `d${downloads.length + 1}`, entry: id, name: c.name, file, state: "running", bytes: 0, total: f.bytes, perSecond: 0, etaSeconds: 0 };
      downloads.push(d);
      void fetchIt(d);
      return { ...d };
    },
    downloadAction: async (id, action) => {
      const d = downloads.find((x) => x.id === id);
      if (!d) throw new ClientError("not_found", "This download is no longer there.");
      d.state = action === "pause" ? "paused" : action === "cancel" ? "canceled" : "running";
      if (action === "cancel") downloads.splice(downloads.indexOf(d), 1);
      if (action === "resume") {
        delete d.problem;
        void fetchIt(d);
      }
      push({ kind: "download", download: { ...d } });
      return { ...d };
    },
    modelReport: async () => (scene === "nomodel" ? { rows: [], choice: -1, why: "", machine: "", time: "" } : report),
    engine: async () => engineOf(scene),
    experts: async () => expertsOf(scene),
    route: async (request) => routeOf(scene, request),
  };
}
