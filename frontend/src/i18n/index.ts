import { en } from "./en";

/** The words of the interface in the reader's language. */
export const t: typeof en = en;
