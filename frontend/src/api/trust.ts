import type { Feedback, Quality, Replay, SelfChecks } from "./types.gen";

/** What the window can ask about how far answers can be trusted. */
export interface TrustClient {
  /** Records what the reader says of an answer. */
  sayOfAnswer(matter: string, feedback: Feedback): Promise<void>;
  /** How a matter's answers turned out. */
  quality(matter: string): Promise<Quality>;
  /** Puts the question of an answer again, and says what differs. Nothing of it is kept. */
  replay(matter: string, id: string): Promise<Replay>;

  /** The checks of this installation, and how the running one stands. */
  selfChecks(): Promise<SelfChecks>;
  startSelfCheck(): Promise<void>;
  stopSelfCheck(): Promise<void>;
}
