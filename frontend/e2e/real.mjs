// The main job against a real server in MARKAI_URL (with its token): the sample
// matter, a question, a citation on the page, one more PDF. MARKAI_PASSPHRASE
// opens or makes the vault where there is no keyring; MARKAI_PDF names the
// other PDF to add.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { artifacts, check, launch, violations } from "./browser.mjs";
import { openModels } from "./models.mjs";
import { ask, followCitation } from "./steps.mjs";
import { realTrust } from "./trust.mjs";

const folder = join(artifacts, "real");
mkdirSync(folder, { recursive: true });
const passphrase = process.env.MARKAI_PASSPHRASE ?? "";
/** Milliseconds that reading the sample matter may take on a slow machine. */
const patience = Number(process.env.MARKAI_PATIENCE ?? 600_000);

const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
const errors = [];
page.on("pageerror", (error) => errors.push(error.message));

async function step(sentence, run) {
  try {
    const result = await run();
    console.log(`ok    ${sentence}`);
    return result;
  } catch (error) {
    await page.screenshot({ path: join(folder, "failed.png") });
    console.error(`FAIL  ${sentence}\n      ${error.message}`);
    await browser.close();
    process.exit(1);
  }
}
const picture = (name) => page.screenshot({ path: join(folder, `${name}.png`) });

/** A PDF of one page that no matter has seen: its text carries the time. */
function freshPDF(text) {
  const stream = `BT /F 18 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let out = "%PDF-1.4\n";
  const offsets = objects.map((body, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  out += `xref\n0 6\n0000000000 65535 f \n${offsets.map((n) => `${String(n).padStart(10, "0")} 00000 n \n`).join("")}`;
  return `${out}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
}

await step("the window opens", async () => {
  await page.goto(process.env.MARKAI_URL);
  await page.locator("main").first().waitFor();
});

await step("the vault is made or unlocked", async () => {
  await page.locator("h1, .shell").first().waitFor({ timeout: 60_000 });
  if (await page.getByText("Step 1 of 4").isVisible()) {
    await picture("first-run");
    await page.getByRole("button", { name: "Continue" }).click();
    if (passphrase) {
      await page.getByRole("radio", { name: /A passphrase/ }).check();
      await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
      await page.getByLabel("Passphrase again").fill(passphrase);
    }
    await page.getByRole("button", { name: "Make the vault" }).click();
    await page.getByTestId("recovery-key").waitFor({ timeout: 30_000 });
  } else if (await page.getByText("The vault is locked").isVisible()) {
    await page.getByLabel("Passphrase").fill(passphrase);
    await page.getByRole("button", { name: "Unlock" }).click();
  }
  await page.locator(".shell, [data-testid=recovery-key]").first().waitFor({ timeout: 30_000 });
  if (await page.getByTestId("recovery-key").isVisible()) {
    await picture("recovery-key");
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Continue" }).click();
    const machine = page.getByRole("heading", { name: "This machine" });
    await machine.or(page.locator(".shell")).waitFor();
    if (await machine.isVisible()) {
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: "Open the sample matter" }).click();
    }
  }
  await page.locator(".shell").waitFor({ timeout: 30_000 });
});

await step("the sample matter is open", async () => {
  await page.keyboard.press("Control+K");
  await page.keyboard.type("sample matter");
  await page.keyboard.press("Enter");
  await page.locator(".row button.open").first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(500);
});

await step("the sample matter is read", async () => {
  const busy = page.locator(".jobs", { hasText: /\d+\/\d+/ });
  await picture("reading");
  await busy.waitFor({ state: "detached", timeout: patience });
  await picture("read");
});

await step("no violation of accessibility in the matter", async () => {
  const found = await violations(page);
  check(found.length === 0, found.join("; "));
});

const turn = await step("a question is answered with citations", async () => {
  const asked = await ask(page, "What is the notice period for termination?", 180_000);
  await picture("answer");
  check((await asked.locator("[data-testid=citation]").count()) > 0, "the answer carries citations");
  return asked;
});

await step("a citation leads to its words on the page", async () => {
  await followCitation(page, turn);
  await page.waitForTimeout(500);
  await picture("citation");
});

await step("the list shows the documents with their types, and filters by them", async () => {
  await page.keyboard.press("Control+Shift+D");
  await page.locator(".cells [data-focus]").first().waitFor();
  const all = await page.locator(".cells").count();
  await picture("table");
  await page.locator(".filters").getByRole("button", { name: "Type" }).click();
  await page.locator(".panel .choice").first().waitFor();
  await page.locator(".panel .choice input").first().check();
  await page.getByText(new RegExp(`^\\d+ of ${all}$`)).first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByText(`${all} documents`, { exact: true }).first().waitFor();
});

await step("what was recognised in a document leads to its place", async () => {
  await page.locator(".cells [data-focus]").first().click();
  await page.keyboard.press("Control+I");
  await page.locator(".inside .item[title]").first().waitFor({ timeout: 20_000 });
  await page.locator(".inside .item[title]").first().click();
  await page.locator(".mark.current, mark.current").first().waitFor({ timeout: 20_000 });
  await picture("inside");
  const found = await violations(page);
  check(found.length === 0, found.join("; "));
});

await step("two documents are compared", async () => {
  await page.getByRole("button", { name: "Compare with another document" }).click();
  await page.locator("#pick-list li").first().click();
  await page.locator(".pair").first().waitFor({ timeout: 60_000 });
  await page.keyboard.press("Alt+ArrowDown");
  await picture("compare");
  await page.keyboard.press("Alt+ArrowLeft");
});

await step("another PDF is added and found", async () => {
  const word = `Quillfeather${Date.now() % 100000}`;
  const file = process.env.MARKAI_PDF ?? join(folder, `${word}.pdf`);
  if (!process.env.MARKAI_PDF) writeFileSync(file, freshPDF(`The parties to ${word} agree to a notice period of ninety days.`));
  await page.getByTestId("file-input").setInputFiles(file);
  const name = file.split("/").pop();
  await page.getByLabel("Filter documents").fill(name);
  const row = page.locator(".row button.open", { hasText: name });
  await row.waitFor({ timeout: 30_000 });
  await page.locator(".row", { hasText: name }).getByText(/^\d+ page/).waitFor({ timeout: patience });
  if (!process.env.MARKAI_PDF) {
    await page.keyboard.press("Control+Shift+F");
    await page.locator("#search-page-field").fill(word);
    await page.keyboard.press("Enter");
    await page.locator(".hit").first().waitFor({ timeout: 30_000 });
    await page.locator(".hit").first().click();
    await page.locator(".mark.current").first().waitFor({ timeout: 20_000 });
  }
  await picture("added");
});

await step("the models are shown as they are, tried, and watched as they run", async () => {
  await openModels(page);
  await page.locator("li", { hasText: "In use" }).first().waitFor();
  await picture("models");
  await page.getByRole("button", { name: /^Try it: / }).first().click();
  await page.getByLabel("Ask it something").fill("Name one colour.");
  await page.keyboard.press("Enter");
  await page.getByText(/tokens?(?: ·.*)? · loaded in/).waitFor({ timeout: 180_000 });
  await page.keyboard.press("Escape");
  await openModels(page, "Performance");
  await page.getByText("First token").first().waitFor();
  await page.locator("summary", { hasText: "curious" }).first().click();
  await picture("performance");
  const found = await violations(page);
  check(found.length === 0, found.join("; "));
});

await step("the catalogue says what fits, and that nothing is downloaded", async () => {
  await openModels(page, "Catalogue");
  await page.getByText("Downloads are off").waitFor();
  check((await page.locator("table[aria-label^='Types of']").count()) > 5, "there are models to choose from");
  await picture("catalogue");
  const found = await violations(page);
  check(found.length === 0, found.join("; "));
});

await step("the router says who would answer, and why", async () => {
  await openModels(page, "Experts");
  await page.getByLabel("Who would answer?").fill("Give me a timeline of the events.");
  await page.keyboard.press("Enter");
  await page.getByText("would answer", { exact: false }).last().waitFor({ timeout: 60_000 });
  await picture("experts");
  const found = await violations(page);
  check(found.length === 0, found.join("; "));
});

await realTrust(step, page, picture, async () => {
  const found = await violations(page);
  check(found.length === 0, found.join("; "));
}, patience);

await step("no error on the page", async () => check(errors.length === 0, errors.join("; ")));
await browser.close();
