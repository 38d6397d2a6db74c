import type { Client } from "./client";
import { httpClient } from "./http";
import { inDesktop, wailsClient } from "./wails";

/** The client for where this page runs. */
export async function chooseClient(): Promise<Client> {
  if (__FAKE__) {
    const { fakeClient } = await import("../testing/fake");
    return fakeClient(new URLSearchParams(location.search).get("scene") ?? "full");
  }
  return inDesktop() ? wailsClient() : httpClient();
}
