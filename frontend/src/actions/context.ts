import { getContext, setContext } from "svelte";
import type { App } from "../state/app.svelte";
import type { Action, Hands } from "./actions";
import { keysOf } from "./keys";

/** What every view may reach. */
export interface Desk {
  app: App;
  hands: Hands;
  actions: Map<string, Action>;
}

const key = Symbol("desk");

export const setDesk = (desk: Desk): Desk => setContext(key, desk);
export const useDesk = (): Desk => getContext<Desk>(key);

/** A label with the key that does the same, for a tooltip. */
export function hint(desk: Desk, id: string): string {
  const action = desk.actions.get(id);
  if (!action) return "";
  return action.shortcut ? `${action.label} (${keysOf(action.shortcut).join("+")})` : action.label;
}
