// Every screen in every state, both themes, two sizes: a picture of each in
// build/artifacts/window, and axe on each.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { artifacts, launch, serve, violations } from "./browser.mjs";
import { openModels } from "./models.mjs";
import { ask } from "./steps.mjs";
import { trustScreens } from "./trust.mjs";

const folder = join(artifacts, "window");
mkdirSync(folder, { recursive: true });

const sizes = [
  [1280, 800],
  [1920, 1080],
];
const question = "What is the notice period for termination?";
const openFirst = async (page) => {
  await page.locator(".row button.open", { hasText: "Master Transportation" }).click();
  await page.locator(".textLayer span").first().waitFor();
};
const openNamed = async (page, name) => {
  await page.locator(".row button.open", { hasText: name }).first().click();
  await page.locator("[data-drawn]").first().waitFor();
};
const openTable = async (page) => {
  await page.keyboard.press("Control+Shift+D");
  await page.locator(".cells").first().waitFor();
};
const inside = async (page) => {
  await page.keyboard.press("Control+I");
  await page.locator(".inside h3").first().waitFor();
  await page.waitForTimeout(200);
};
const compareVersions = async (page) => {
  await openFirst(page);
  await inside(page);
  await page.getByRole("button", { name: /^Compare with Transportation/ }).click();
  await page.locator(".pair del").first().waitFor();
};
const next = (page) => page.getByRole("button", { name: "Continue" }).click();

/** Name, scene, and how to get there. */
const screens = [
  ["first-1-what", "first", async () => {}],
  ["first-2-lock", "first", next],
  ["first-2-passphrase", "first", async (page) => (await next(page), await page.getByText("A passphrase").click(), await page.getByLabel("Passphrase", { exact: true }).fill("short"))],
  ["first-2-recovery", "first", async (page) => (await next(page), await page.getByRole("button", { name: "Make the vault" }).click(), await page.getByTestId("recovery-key").waitFor())],
  ["first-3-machine", "first", async (page) => (await next(page), await page.getByRole("button", { name: "Make the vault" }).click(), await page.getByRole("checkbox").check(), await next(page))],
  ["first-4-files", "first", async (page) => (await next(page), await page.getByRole("button", { name: "Make the vault" }).click(), await page.getByRole("checkbox").check(), await next(page), await next(page))],
  ["locked", "locked", async () => {}],
  ["locked-wrong", "locked", async (page) => (await page.getByLabel("Passphrase").fill("wrong"), await page.getByRole("button", { name: "Unlock" }).click(), await page.getByText("does not open").waitFor())],
  ["unreachable", "broken", async () => {}],
  ["matter-empty", "empty", async () => {}],
  ["matter-full", "full", async () => {}],
  ["matter-working", "working", async () => {}],
  ["matter-many", "many", async () => {}],
  ["table", "full", openTable],
  ["table-many", "many", openTable],
  ["table-selected", "full", async (page) => {
    await openTable(page);
    await page.locator(".cells .go").first().focus();
    for (const key of ["Space", "ArrowDown", "Space"]) await page.keyboard.press(key);
    await page.getByRole("toolbar", { name: "2 selected" }).waitFor();
  }],
  ["table-filter", "many", async (page) => (await openTable(page), await page.locator(".filters").getByRole("button", { name: "Type" }).click(), await page.locator(".panel .choice").first().waitFor())],
  ["table-none", "full", async (page) => (await openTable(page), await page.locator("#table-filter").fill("zeppelin"), await page.locator(".documents").getByText("No document matches").waitFor())],
  ["matter-no-model", "nomodel", async () => {}],
  ["reader", "full", openFirst],
  ["reader-find", "full", async (page) => (await openFirst(page), await page.keyboard.press("Control+F"), await page.keyboard.type("notice"), await page.locator(".mark.found.current").waitFor())],
  ["reader-word", "full", async (page) => (await page.locator(".row button.open", { hasText: "Memo" }).click(), await page.locator(".flow p.text").first().waitFor())],
  ["reader-mail", "full", async (page) => (await openNamed(page, "RE RE Trailer"), await page.locator(".flow dl").waitFor())],
  ["reader-picture", "full", async (page) => (await openNamed(page, "Fuel receipt"), await page.locator("canvas").waitFor())],
  ["reader-inside", "full", async (page) => (await openFirst(page), await inside(page))],
  ["reader-inside-transcript", "full", async (page) => (await openNamed(page, "Deposition"), await inside(page))],
  ["reader-inside-mail", "full", async (page) => (await openNamed(page, "RE Trailer 4471.eml"), await inside(page))],
  ["reader-inside-changes", "full", async (page) => (await openNamed(page, "Memo"), await inside(page))],
  ["reader-hidden", "full", async (page) => (await openNamed(page, "work order"), await page.getByRole("button", { name: "Show where" }).click())],
  ["reader-doubt", "full", async (page) => (await openNamed(page, "Notice of termination"), await page.getByRole("button", { name: "Show how certain" }).click(), await page.locator(".doubt").first().waitFor())],
  ["compare", "full", async (page) => (await compareVersions(page), await page.keyboard.press("Alt+ArrowDown"))],
  ["compare-only", "full", async (page) => (await compareVersions(page), await page.getByLabel("Only what changed").check(), await page.keyboard.press("Alt+ArrowDown"))],
  ["compare-pick", "full", async (page) => (await openFirst(page), await page.getByRole("button", { name: "Compare with another" }).click(), await page.locator("#pick-list li").first().waitFor())],
  ["reader-needs-password", "full", async (page) => void (await page.locator(".row button.open", { hasText: "audited" }).click())],
  ["ask-searching", "slow", async (page) => {
    await page.locator("body").press("/");
    await page.keyboard.type(question);
    await page.keyboard.press("Enter");
    await page.locator(".sentence").first().waitFor();
  }],
  ["answer", "full", async (page) => void (await ask(page, question))],
  ["answer-citation", "full", async (page) => {
    const turn = await ask(page, question);
    await turn.locator("[data-testid=citation]").first().click();
    await page.locator(".mark.current").first().waitFor();
    await page.locator(".textLayer span").first().waitFor();
  }],
  ["answer-scan", "full", async (page) => {
    const turn = await ask(page, question);
    await turn.locator(".sentence.altered .chip").click();
    await page.locator(".sheet .words span").first().waitFor();
  }],
  ["answer-preview", "full", async (page) => {
    const turn = await ask(page, question);
    await turn.locator(".sentence.altered .chip").focus();
  }],
  ["answer-survey", "full", async (page) => void (await ask(page, "Which document speaks of trailer 4471?"))],
  ["search-spelling", "full", async (page) => (await page.keyboard.press("Control+Shift+F"), await page.keyboard.type("temprature trailer"), await page.keyboard.press("Enter"), await page.getByText("stands nowhere").waitFor())],
  ["answer-refused", "full", async (page) => void (await ask(page, "Who is the arbitrator?"))],
  ["answer-error", "empty", async (page) => void (await ask(page, question))],
  ["search", "full", async (page) => (await page.keyboard.press("Control+Shift+F"), await page.keyboard.type("temperature trailer notice"), await page.keyboard.press("Enter"), await page.locator(".hit").first().waitFor())],
  ["search-start", "full", async (page) => void (await page.keyboard.press("Control+Shift+F"))],
  ["search-none", "full", async (page) => (await page.keyboard.press("Control+Shift+F"), await page.keyboard.type("zeppelin"), await page.keyboard.press("Enter"), await page.getByText("Nothing found").waitFor())],
  ["jobs-working", "working", async (page) => void (await page.keyboard.press("Control+J"))],
  ["jobs-busy", "busy", async (page) => void (await page.keyboard.press("Control+J"))],
  ["report", "full", async (page) => (await page.locator("footer .need").click(), await page.locator("tbody tr").first().waitFor())],
  ["answer-keep", "full", async (page) => void (await (await ask(page, question)).getByRole("button", { name: "Save", exact: true }).click())],
  ["quality", "full", async (page) => {
    const turn = await ask(page, question);
    await turn.getByRole("button", { name: "Judge", exact: true }).click();
    await turn.getByRole("button", { name: "It missed something" }).click();
    await page.keyboard.press("Control+K");
    await page.keyboard.type("how answers");
    await page.keyboard.press("Enter");
    await page.locator("tfoot").waitFor();
  }],
  ["sources", "full", async (page) => (await page.getByRole("tab", { name: "Watched folders" }).click(), await page.locator(".words .line").first().waitFor())],
  ["sources-watch", "full", async (page) => (await page.keyboard.press("Control+K"), await page.keyboard.type("watch"), await page.keyboard.press("Enter"), await page.getByLabel("Path of the folder").fill("case file"), await page.getByRole("button", { name: "Start watching" }).click(), await page.getByRole("alert").waitFor())],
  ["jobs-empty", "empty", async (page) => void (await page.keyboard.press("Control+J"))],
  ["settings", "full", async (page) => void (await page.keyboard.press("Control+,"))],
  ["settings-all", "full", async (page) => (await page.keyboard.press("Control+,"), await page.getByText("All settings of the program").click(), await page.getByText("All settings of the program").scrollIntoViewIfNeeded())],
  ["models", "full", (page) => openModels(page)],
  ["models-details", "full", async (page) => (await openModels(page), await page.getByLabel("Details and settings: Your own GGUF").click(), await page.getByRole("button", { name: "Save: Your own GGUF" }).scrollIntoViewIfNeeded())],
  ["models-ability", "full", async (page) => (await openModels(page), await page.getByLabel("Details and settings: SmolLM2").click(), await page.getByText("What it can do").scrollIntoViewIfNeeded())],
  ["models-try", "full", async (page) => (await openModels(page), await page.getByRole("button", { name: "Try it: Orrery 2B" }).click(), await page.getByLabel("Ask it something").fill("Who are you?"), await page.keyboard.press("Enter"), await page.getByText("tokens/s · loaded in").waitFor())],
  ["models-remove", "full", async (page) => (await openModels(page), await page.getByRole("button", { name: "Remove: Orrery 2B" }).click())],
  ["models-none", "nomodel", (page) => openModels(page)],
  ["catalogue", "full", (page) => openModels(page, "Catalogue")],
  ["catalogue-downloads", "downloading", (page) => openModels(page, "Catalogue")],
  ["catalogue-licence", "downloading", async (page) => (await openModels(page, "Catalogue"), await page.getByRole("button", { name: "Download Sextant 8B, q4_k_m" }).click())],
  ["performance", "full", (page) => openModels(page, "Performance")],
  ["performance-curious", "full", async (page) => (await openModels(page, "Performance"), await page.locator("summary", { hasText: "curious" }).click(), await page.locator("summary", { hasText: "curious" }).scrollIntoViewIfNeeded())],
  ["performance-idle", "empty", (page) => openModels(page, "Performance")],
  ["comparison", "full", (page) => openModels(page, "Comparison")],
  ["comparison-none", "nomodel", (page) => openModels(page, "Comparison")],
  ["experts", "full", async (page) => (await openModels(page, "Experts"), await page.getByLabel("Who would answer?").fill("Which document speaks of the trailer?"), await page.keyboard.press("Enter"), await page.getByText("would answer").last().waitFor())],
  ["answer-expert", "full", async (page) => {
    const turn = await ask(page, question);
    await turn.locator("summary", { hasText: "Answered by" }).click();
    await turn.locator("summary", { hasText: "Answered by" }).scrollIntoViewIfNeeded();
  }],
  ["models-zoom-200", "full", async (page) => (await page.setViewportSize({ width: 640, height: 400 }), await openModels(page, "Catalogue"))],
  ["palette", "full", async (page) => (await page.keyboard.press("Control+K"), await page.keyboard.type("re"))],
  ["matters", "full", async (page) => void (await page.keyboard.press("Control+M"))],
  ["shortcuts", "full", async (page) => void (await page.locator("body").press("?"))],
  ["erase", "full", async (page) => (await page.keyboard.press("Control+K"), await page.keyboard.type("erase"), await page.keyboard.press("Enter"), await page.getByRole("dialog").waitFor())],
  ["conversations", "full", async (page) => void (await page.getByRole("tab", { name: "Conversations" }).click())],
  ["drop", "full", async (page) => void (await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "a.pdf"));
    setInterval(() => document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: data })), 60);
    document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true, cancelable: true, dataTransfer: data }));
  }))],
  ["zoom-200", "full", async (page) => (await page.setViewportSize({ width: 640, height: 400 }), await openFirst(page))],
  ...trustScreens,
];

// ONLY=reader,table takes some; SMALL=1 takes them in one theme and one size.
const only = process.env.ONLY?.split(",");
const small = Boolean(process.env.SMALL);
const server = await serve("../dist-fake");
const browser = await launch();
let failed = 0;
let pictures = 0;

const tasks = [];
for (const theme of small ? ["light"] : ["light", "dark"]) {
  for (const [width, height] of small ? sizes.slice(0, 1) : sizes) {
    for (const [name, scene, reach] of screens) {
      if (only && !only.some((o) => name.startsWith(o))) continue;
      tasks.push({ theme, width, height, name, scene, reach });
    }
  }
}

/** Takes one picture, and looks at its accessibility. */
async function take({ theme, width, height, name, scene, reach }) {
  // axe does not see sizes: once a theme is enough, and half the time.
  const audit = width === sizes[0][0];
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce", locale: "en-US", timezoneId: "UTC" });
  const page = await context.newPage();
  try {
    await page.goto(`${server.url}/?scene=${scene}`);
    await page.locator("main").first().waitFor();
    if (scene !== "first" && scene !== "locked" && scene !== "broken") await page.locator(".shell").waitFor();
    await page.waitForTimeout(120);
    await reach(page);
    if ((await page.locator("section.sheet").count()) > 0) await page.locator("section.sheet[data-drawn]").first().waitFor();
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) });
    pictures++;
    for (const line of audit ? await violations(page) : []) {
      failed++;
      console.error(`axe   ${name} (${theme}): ${line}`);
    }
  } catch (error) {
    failed++;
    console.error(`FAIL  ${name} (${theme}, ${width}): ${error.message.split("\n").slice(0, 3).join(" ")}`);
  } finally {
    await context.close();
  }
}

// Few at a time: most of a picture is waiting.
await Promise.all(Array.from({ length: 4 }, async () => {
  for (let task = tasks.shift(); task; task = tasks.shift()) await take(task);
}));

await browser.close();
server.stop();
console.log(`${pictures} pictures in ${folder}`);
if (failed > 0) {
  console.error(`${failed} findings`);
  process.exitCode = 1;
}
