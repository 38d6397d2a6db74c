import type { Box } from "../api/types.gen";

/** Something marked on a page. */
export interface Marked {
  key: string;
  boxes: Box[];
  quote: string;
  kind: "citation" | "found" | "hidden" | "insertion" | "deletion" | "comment";
  current: boolean;
}
