import { describe, expect, it } from "vitest";
import { isBare, keysOf, matches } from "./keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({
  key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held,
});

describe("shortcuts", () => {
  it.each([
    ["Mod+k", press("k", { ctrlKey: true }), true],
    ["Mod+k", press("K", { ctrlKey: true, shiftKey: true }), false],
    ["Mod+Shift+f", press("F", { ctrlKey: true, shiftKey: true }), true],
    ["?", press("?", { shiftKey: true }), true],
    ["/", press("/"), true],
    ["/", press("/", { ctrlKey: true }), false],
    ["Mod+=", press("+", { ctrlKey: true, shiftKey: true }), false],
    ["Mod+=", press("=", { ctrlKey: true }), true],
    ["Alt+ArrowLeft", press("ArrowLeft", { altKey: true }), true],
    ["Mod+k", press("k", { metaKey: true }), false],
  ])("%s", (shortcut, event, hit) => {
    expect(matches(event, shortcut, false)).toBe(hit);
  });

  it("use Command on a Mac", () => {
    expect(matches(press("k", { metaKey: true }), "Mod+k", true)).toBe(true);
    expect(keysOf("Mod+Shift+f", true)).toEqual(["⌘", "⇧", "F"]);
  });

  it("without a modifier yield to typing", () => {
    expect(["/", "?", "]"].every(isBare)).toBe(true);
    expect(["Mod+k", "Alt+w", "F6"].some(isBare)).toBe(false);
  });
});
