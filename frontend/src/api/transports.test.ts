import { describe, expect, it, vi } from "vitest";
import { attachedName } from "./http";
import { decodeEvents } from "./sse";
import type { AskEvent } from "./types.gen";
import { asError, wailsClient } from "./wails";

function streamOf(...parts: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
}

async function all(...parts: string[]) {
  const out: { event: string; data: string }[] = [];
  for await (const e of decodeEvents(streamOf(...parts))) out.push(e);
  return out;
}

describe("the name of an attached file", () => {
  it.each([
    ["attachment; filename=answer.pdf", "answer.pdf"],
    ['attachment; filename="When is \\"rent\\" due.docx"', 'When is "rent" due.docx'],
    ["attachment; filename*=utf-8''What%20does%20%C2%A7%205%20say.xlsx", "What does § 5 say.xlsx"],
    ["", "download"],
  ])("%s", (disposition, name) => expect(attachedName(disposition)).toBe(name));
});

describe("server-sent events", () => {
  it("arrive whole however the stream is cut", async () => {
    const text = 'event: ask\ndata: {"a":"ü"}\n\n: beat\n\ndata: two\r\ndata: lines\r\n\r\n';
    const whole = await all(text);
    expect(whole).toEqual([
      { event: "ask", data: '{"a":"ü"}' },
      { event: "message", data: "two\nlines" },
    ]);
    for (let i = 1; i < text.length; i++) expect(await all(text.slice(0, i), text.slice(i))).toEqual(whole);
  });

  it("keep the last one when the stream ends without a blank line", async () => {
    expect(await all("data: x\n")).toEqual([{ event: "message", data: "x" }]);
  });
});

describe("errors of bound methods", () => {
  it.each([
    [{ code: "locked", message: "The vault is locked." }, "locked", "The vault is locked."],
    ['{"code":"exists","message":"It is there already."}', "exists", "It is there already."],
    ["A bare sentence.", "internal", "A bare sentence."],
    [new Error("thrown"), "internal", "thrown"],
  ])("are read from %o", (cause, code, message) => {
    expect(asError(cause)).toMatchObject({ code, message });
  });
});

describe("the desktop's answers", () => {
  function desktop() {
    const listeners = new Map<string, (event: unknown) => void>();
    const bridge = {
      Ask: vi.fn(async () => "7"),
      AskReady: vi.fn(async () => {
        for (const event of [{ kind: "started" }, { kind: "draft", draft: "a" }, { kind: "final", final: {} }]) listeners.get("ask:7")?.(event);
      }),
      CancelAsk: vi.fn(async () => undefined),
    };
    vi.stubGlobal("window", {
      go: { desktop: { Bridge: bridge } },
      runtime: {
        EventsOn: (name: string, listener: (event: unknown) => void) => {
          listeners.set(name, listener);
          return () => listeners.delete(name);
        },
      },
    });
    return { bridge, listeners };
  }

  it("come in order and end with the final one", async () => {
    const { bridge, listeners } = desktop();
    const kinds: AskEvent["kind"][] = [];
    for await (const e of wailsClient().ask("m", { question: "Q" }, new AbortController().signal)) kinds.push(e.kind);
    expect(kinds).toEqual(["started", "draft", "final"]);
    expect(bridge.CancelAsk).not.toHaveBeenCalled();
    expect(listeners.size).toBe(0);
  });

  it("are cancelled when nobody listens any more", async () => {
    const { bridge, listeners } = desktop();
    for await (const e of wailsClient().ask("m", { question: "Q" }, new AbortController().signal)) if (e.kind === "draft") break;
    expect(bridge.CancelAsk).toHaveBeenCalledWith("7");
    expect(listeners.size).toBe(0);
  });

  it("end when they are aborted while waiting", async () => {
    const { bridge } = desktop();
    bridge.AskReady.mockImplementation(async () => undefined);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 10);
    for await (const e of wailsClient().ask("m", { question: "Q" }, stop.signal)) throw new Error(`unexpected ${e.kind}`);
    expect(bridge.CancelAsk).toHaveBeenCalledWith("7");
  });
});
