import type {
  Catalogue,
  Download,
  DownloadRequest,
  Engine,
  Expert,
  Model,
  ModelReport,
  ModelSettings,
  Route,
  RouteRequest,
  TryEvent,
  Verified,
} from "./types.gen";

/** What can be done with a download. */
export type DownloadAction = "pause" | "resume" | "cancel";

/** What the window can ask about models, the engine that runs them, and the ways of answering. */
export interface ModelsClient {
  models(): Promise<Model[]>;
  /** Models that can be had, and where from. */
  catalogue(): Promise<Catalogue>;
  /** Sends a model file to the program. Only where not native. */
  importModelFile(file: File): Promise<Model>;
  /** Imports a model file of the machine that the program runs on. */
  importModelPath(path: string): Promise<Model>;
  /** Shows the program's own dialog for a model file; undefined where it was closed. Only where native. */
  pickModel(): Promise<Model | undefined>;
  removeModel(id: string): Promise<void>;
  /** Makes a model the one for its role. */
  useModel(id: string): Promise<void>;
  /** Reads the whole file of a model and compares it with what is known of it. */
  verifyModel(id: string): Promise<Verified>;
  configureModel(id: string, settings: ModelSettings): Promise<void>;
  /** Puts one question to a model; nothing of it is kept. Aborting the signal ends it. */
  tryModel(id: string, question: string, signal: AbortSignal): AsyncIterable<TryEvent>;

  downloads(): Promise<Download[]>;
  downloadModel(request: DownloadRequest): Promise<Download>;
  downloadAction(id: string, action: DownloadAction): Promise<Download>;

  /** The last measurement of types of a model side by side. */
  modelReport(): Promise<ModelReport>;
  /** How the models run now. */
  engine(): Promise<Engine>;
  experts(): Promise<Expert[]>;
  /** Which expert would answer a question, and why. */
  route(request: RouteRequest): Promise<Route>;
}
