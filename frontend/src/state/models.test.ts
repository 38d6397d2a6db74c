import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "../api/client";
import type { Download } from "../api/types.gen";
import { fakeClient } from "../testing/fake";
import { hostList, hostOf, isModel, Models } from "./models.svelte";
import { Notices } from "./notices.svelte";

const download = (id: string, more: Partial<Download> = {}): Download => ({ id, entry: "e", name: "E", file: "e.gguf", state: "running", bytes: 0, total: 9, perSecond: 0, etaSeconds: 0, ...more });

describe("an address for models", () => {
  it.each([
    ["https://models.firm.example", "models.firm.example"],
    [" https://models.firm.example:8443/hub/{repository}/{file} ", "models.firm.example:8443"],
    ["https://{repository}", "repository"],
    ["models.firm.example", ""],
    ["", ""],
  ])("%s has the host %s", (address, host) => expect(hostOf(address)).toBe(host));

  it("is one of several hosts, each named once", () => expect(hostList(" a.example, b.example\n,,a.example")).toEqual(["a.example", "b.example"]));
});

it("a model is known by its name", () => expect(["x.gguf", "X.GGUF", "x.gguf.pdf", "gguf"].map(isModel)).toEqual([true, true, false, false]));

describe("the models of the window", () => {
  let client: Client;
  let models: Models;
  let notices: Notices;
  let asked = 0;

  beforeEach(() => {
    vi.useFakeTimers();
    asked = 0;
    const fake = fakeClient("full");
    client = { ...fake, engine: () => (asked++, fake.engine()) };
    notices = new Notices();
    models = new Models(client, notices);
  });
  afterEach(() => vi.useRealTimers());

  it("are watched once a second, once for all who watch, and no longer than somebody does", async () => {
    const [first, second] = [models.watch(), models.watch()];
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toBe(1 + 3);
    first();
    first(); // leaving twice is leaving once
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toBe(5);
    second();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toBe(5);
    expect(models.engine?.models.length).toBeGreaterThan(0);
  });

  it("are watched again by those who come back", async () => {
    models.watch()();
    await vi.advanceTimersByTimeAsync(10);
    const stop = models.watch();
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toBe(1 + 1 + 2);
    stop();
  });

  it("are not asked again before they have answered, and what they said last stays", async () => {
    let answer = () => {};
    const slow = { ...client, engine: () => (asked++, new Promise<Awaited<ReturnType<Client["engine"]>>>((_, fail) => (answer = () => fail(new Error("x"))))) };
    models = new Models(slow, notices);
    const stop = models.watch();
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toBe(1);
    answer();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toBe(2);
    expect(models.problem).toBe("");
    stop();
  });

  it("keep the order of downloads, take up what changes, and forget what was cancelled", () => {
    models.pushed({ kind: "download", download: download("a") });
    models.pushed({ kind: "download", download: download("b") });
    models.pushed({ kind: "download", download: download("a", { bytes: 5 }) });
    expect(models.downloads.map((d) => [d.id, d.bytes])).toEqual([["a", 5], ["b", 0]]);
    models.pushed({ kind: "download", download: download("a", { state: "canceled" }) });
    expect(models.downloads.map((d) => d.id)).toEqual(["b"]);
  });

  it("tell once that a download has come to its end, or why it has not", () => {
    for (const state of ["running", "done", "done"] as const) models.pushed({ kind: "download", download: download("a", { state }) });
    for (const state of ["running", "failed", "failed"] as const) models.pushed({ kind: "download", download: download("b", { state, problem: "The disk is full." }) });
    expect(notices.list.map((n) => n.tone)).toEqual(["plain", "warn"]);
    expect(notices.list[1]!.text).toContain("The disk is full.");
  });

  it("are listed anew when they change, where they have been listed", async () => {
    await models.load("here");
    const before = models.list.length;
    await client.importModelPath("/srv/firm-3b.gguf");
    models.pushed({ kind: "models" });
    await vi.advanceTimersByTimeAsync(10);
    expect(models.list.length).toBe(before + 1);
  });

  it("say what went wrong, of one action or of a part", async () => {
    await models.remove({ ...(await client.models())[0]! });
    expect(notices.list.at(-1)).toMatchObject({ tone: "error" });
    models = new Models({ ...client, modelReport: () => Promise.reject(new Error("x")) }, notices);
    await models.load("report");
    expect(models.problem).not.toBe("");
    await models.load("here");
    expect(models.problem).toBe("");
  });

  it("come from an address whose host is allowed with it", async () => {
    await models.allow("https://models.firm.example/hub", ["models.firm.example"]);
    expect(models.catalogue?.source).toBe("https://models.firm.example/hub");
    expect(models.hosts).toEqual(["models.firm.example"]);
    await models.allow("", []);
    expect(models.catalogue?.source).toBe("");
    expect(models.hosts).toEqual([]);
  });
});
