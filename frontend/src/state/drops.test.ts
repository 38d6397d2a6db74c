import { describe, expect, it } from "vitest";
import { filesIn } from "./drops.svelte";

const file = (name: string) => ({ name, isDirectory: false, file: (done: (f: File) => void) => done(new File([name], name)) });
const broken = (name: string) => ({ name, isDirectory: false, file: (_: unknown, failed: () => void) => failed() });
const folder = (name: string, ...inside: { name: string }[]) => ({
  name,
  isDirectory: true,
  createReader: () => {
    const parts = [inside.slice(0, 2), inside.slice(2), []];
    return { readEntries: (done: (e: unknown[]) => void) => done(parts.shift() ?? []) };
  },
});

describe("a dropped folder", () => {
  it("brings the files in it and in its folders, by name, without hidden ones", async () => {
    const dropped = [folder("case", file("b10.pdf"), file("b2.pdf"), folder("a", file("x.eml")), file(".DS_Store"), broken("locked.pdf")), file("last.txt")];
    expect((await filesIn(dropped as never)).map((f) => f.name)).toEqual(["x.eml", "b2.pdf", "b10.pdf", "last.txt"]);
  });

  it("that is empty brings nothing", async () => {
    expect(await filesIn([folder("empty")] as never)).toEqual([]);
  });
});
