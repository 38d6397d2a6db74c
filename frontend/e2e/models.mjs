// The model manager on the fake: what a person does with models, by keyboard where it counts.
import { check } from "./browser.mjs";
import { ask } from "./steps.mjs";

/** Opens a part of the model manager. */
export const openModels = async (page, part = "On this machine") => {
  await page.keyboard.press("Control+Shift+E");
  await page.getByRole("button", { name: part, exact: true }).click();
  await page.locator("figcaption").first().waitFor();
};

/** Runs the tests of the model manager with the test function of the others. */
export async function modelTests(test) {
  await test("a model file is imported, used, and removed after a question", async (page) => {
    await openModels(page);
    await page.locator("input[type=file][accept='.gguf']").setInputFiles({ name: "firm-3b.gguf", mimeType: "application/octet-stream", buffer: Buffer.from("GGUF") });
    await page.getByRole("heading", { name: "firm-3b" }).waitFor();
    await page.getByRole("button", { name: "Remove: firm-3b" }).click();
    await page.keyboard.press("Escape");
    check((await page.getByRole("heading", { name: "firm-3b" }).count()) === 1, "Escape removes nothing");
    await page.getByRole("button", { name: "Remove: firm-3b" }).click();
    await page.getByRole("button", { name: "Delete the file" }).click();
    await page.getByRole("heading", { name: "firm-3b" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Use this model: Orrery 2B" }).click();
    await page.getByText("is used from the next start").waitFor();
    await page.getByText("In use from the next start").waitFor();
  });

  await test("a file that is no model is refused with its reason", async (page) => {
    await openModels(page);
    await page.locator("input[type=file][accept='.gguf']").setInputFiles({ name: "brief.txt", mimeType: "text/plain", buffer: Buffer.from("no") });
    await page.getByText("brief.txt is not a GGUF model").waitFor();
  });

  await test("how a model is run is kept, and what is no setting is not", async (page) => {
    await openModels(page);
    await page.getByLabel("Details and settings: Orrery 2B").click();
    await page.getByLabel("Context, in tokens").fill("8192");
    await page.getByLabel("Kept conversation in").selectOption("q8_0");
    await page.getByRole("button", { name: "Save: Orrery 2B" }).click();
    await page.getByText("Saved.").waitFor();
    check((await page.getByLabel("Context, in tokens").inputValue()) === "8192", "the context is kept");
    await page.getByLabel("Context, in tokens").fill("99999999");
    await page.getByRole("button", { name: "Save: Orrery 2B" }).click();
    check(await page.getByLabel("Context, in tokens").evaluate((field) => !field.validity.valid), "more than it was trained on is refused in the field");
    await page.getByRole("button", { name: "Check the file: Orrery 2B" }).click();
    await page.getByText("The file is the same as when it was installed.").waitFor();
  });

  await test("a model is tried, and stopped when its window closes", async (page) => {
    await openModels(page);
    await page.getByRole("button", { name: "Try it: Orrery 2B" }).click();
    await page.keyboard.type("Who are you?");
    await page.keyboard.press("Enter");
    await page.getByText("tokens/s · loaded in").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    check(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Try it: Orrery 2B Instruct"), "the focus is back where it was");
  });

  await test("nothing is downloaded before an address is allowed, and then with the licence read", async (page) => {
    await openModels(page, "Catalogue");
    await page.getByText("Downloads are off").waitFor();
    check((await page.getByRole("button", { name: /^Download/ }).count()) === 0, "there is nothing to press");
    check((await page.locator(".offline").count()) === 1, "the title says offline");
    await page.getByLabel("Address for models").fill("http://models.firm.example");
    await page.getByRole("button", { name: "Allow", exact: true }).click();
    await page.getByText("it starts with https://").waitFor();
    await page.getByLabel("Address for models").fill("https://models.firm.example");
    await page.getByRole("button", { name: "Allow", exact: true }).click();
    await page.getByText("Mark AI may connect to models.firm.example.").waitFor();
    await page.locator(".online").waitFor();
    await page.getByRole("button", { name: "Download Sextant 8B, q4_0" }).click();
    const go = page.getByRole("button", { name: "Accept and download" });
    check(await go.isDisabled(), "the licence is accepted first");
    await page.getByLabel(/^I have read the publisher/).check();
    await go.click();
    await page.getByRole("progressbar", { name: "Download of Sextant 8B" }).waitFor();
    await page.getByRole("button", { name: "Pause: Sextant 8B" }).click();
    await page.getByText("Paused").first().waitFor();
    await page.getByRole("button", { name: "Continue: Sextant 8B" }).click();
    await page.getByText("Installed").first().waitFor({ timeout: 15_000 });
    await page.getByRole("button", { name: "Allow none" }).click();
    await page.getByText("Downloads are off").waitFor();
    await page.locator(".offline").waitFor();
  });

  await test("figures, comparison and experts are read without a mouse", async (page) => {
    await page.keyboard.press("Control+K");
    await page.keyboard.type("how the models run");
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: /Tokens written a second in the last minute/ }).first().waitFor();
    await page.getByRole("button", { name: "Comparison" }).press("Enter");
    await page.getByRole("img", { name: /Memory and writing speed of 5 types/ }).waitFor();
    check((await page.locator("tbody tr").count()) === 5, "the table beside the chart has every type");
    await page.keyboard.press("Alt+ArrowLeft");
    await page.getByRole("img", { name: /Tokens written/ }).first().waitFor();
  });

  await test("an answer says which expert gave it, and another can be asked", async (page) => {
    const turn = await ask(page, "What is the limit of liability?");
    await turn.locator("summary", { hasText: "Answered by Clause finder" }).click();
    await turn.getByText("a question about a provision (86 %)").waitFor();
    await turn.getByRole("button", { name: "Ask another expert" }).click();
    await turn.getByRole("button", { name: "Ask Whole file" }).click();
    const second = page.locator("article").nth(1);
    await second.locator("summary", { hasText: "Answered by Whole file" }).click();
    await second.getByText("You chose it.").waitFor();
    await page.getByLabel("Who answers").selectOption("quotations");
    const third = await ask(page, "Who are the parties?");
    await third.locator("summary", { hasText: "Answered by Quotations alone" }).waitFor();
  });

  await test("a model that is dropped on the window is imported, other files go to the matter", async (page) => {
    await openModels(page);
    const shown = await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(["GGUF"], "dropped-1b.gguf"));
      data.items.add(new File(["%PDF-1.7 test"], "Dropped brief.pdf", { type: "application/pdf" }));
      const at = { bubbles: true, cancelable: true, dataTransfer: data };
      document.body.dispatchEvent(new DragEvent("dragenter", at));
      return new Promise((resolve) =>
        setTimeout(() => {
          const text = document.querySelector(".drop")?.textContent ?? "";
          document.body.dispatchEvent(new DragEvent("drop", at));
          resolve(text);
        }, 120),
      );
    });
    check(shown.includes("Import as a model"), `the overlay says what will happen (${shown})`);
    await page.getByRole("heading", { name: "dropped-1b" }).waitFor();
    await page.locator(".row button.open", { hasText: "Dropped brief" }).waitFor();
  });
}
