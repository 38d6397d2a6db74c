// How far answers can be trusted, on the fake: why an answer, what differs,
// searches explained, quality over time, the check of the installation.
import { check } from "./browser.mjs";
import { ask } from "./steps.mjs";

const notice = "What is the notice period for termination?";

const openSearch = async (page, words) => {
  await page.keyboard.press("Control+Shift+F");
  await page.keyboard.type(words);
};
const openQuality = async (page) => {
  await page.keyboard.press("Control+K");
  await page.keyboard.type("how answers");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "How answers turned out" }).locator("figure").waitFor();
};
const openCheck = async (page) => {
  await page.keyboard.press("Control+,");
  const section = page.locator("#selfcheck");
  await section.getByRole("button", { name: /^Check/ }).waitFor();
  await section.scrollIntoViewIfNeeded();
  return section;
};
const why = async (page) => {
  const turn = await ask(page, notice);
  await turn.locator("details.why summary").click();
  await turn.getByText("What the verdicts looked at").scrollIntoViewIfNeeded();
  return turn;
};

/** Pictures of these screens: name, scene, and how to get there. */
export const trustScreens = [
  ["why", "full", (page) => why(page)],
  ["contradictions", "full", (page) => ask(page, "Where do the documents differ?")],
  ["choices", "full", async (page) => void (await ask(page, "When does the agreement end?"))],
  ["chronology", "full", (page) => ask(page, "Give me a chronology")],
  ["computation", "full", (page) => ask(page, "How many days until notice was given?")],
  ["preview-place", "full", async (page) => {
    const turn = await ask(page, "What is the limit of liability?");
    await turn.locator("[data-testid=citation]").first().focus();
    await page.getByTestId("place").waitFor();
  }],
  ["search-explained", "full", async (page) => (await openSearch(page, 'notice w/5 termination AND type:contract AND type:wombat'), await page.locator(".reading li.bad").waitFor())],
  ["search-help", "full", async (page) => (await openSearch(page, "carier"), await page.getByText("What can be written").click(), await page.locator(".reading .link").waitFor())],
  ["search-filtered", "full", async (page) => (await openSearch(page, "temperature trailer"), await page.keyboard.press("Enter"), await page.locator(".hit").first().waitFor(), await page.locator(".limits").getByRole("button", { name: "Type" }).click())],
  ["quality-course", "full", async (page) => (await ask(page, notice), await openQuality(page))],
  ["replay", "full", async (page) => (await ask(page, notice), await openQuality(page), await page.getByRole("button", { name: /^Ask again and compare/ }).first().click(), await page.locator(".sides section").first().waitFor())],
  ["selfcheck", "full", async (page) => void (await openCheck(page))],
  ["trust-zoom-200", "full", async (page) => (await page.setViewportSize({ width: 640, height: 400 }), await openQuality(page))],
];

/** Runs the tests of trust with the test function of the others. */
export async function trustTests(test) {
  await test("an answer says what was searched, found and left aside", async (page) => {
    const turn = await why(page);
    check(await turn.getByText("In the whole matter").isVisible(), "the search is named");
    check((await turn.locator(".passages .cited").count()) > 0, "a passage that is quoted is told apart");
    check(await turn.getByText("others bear on it more").first().isVisible(), "what was left aside has its reason");
    await turn.locator(".passages .place").first().click();
    await page.locator(".tab.open").waitFor();
  });

  await test("documents that differ stand side by side, and lead to their places", async (page) => {
    const turn = await ask(page, "Where do the documents differ?");
    const sides = turn.locator(".contradiction .side");
    check((await sides.count()) === 2, "two sides");
    const [a, b] = await sides.evaluateAll((all) => all.map((s) => s.getBoundingClientRect().top));
    check(a === b, "they stand side by side");
    await sides.nth(1).focus();
    await page.keyboard.press("Enter");
    await page.locator(".mark.current").first().waitFor();
    check(await sides.nth(1).evaluate((s) => s.classList.contains("current")), "the side that is shown is marked");
  });

  await test("a question asked back is answered by choosing", async (page) => {
    const turn = await ask(page, "When does the agreement end?");
    const option = turn.locator(".choices .option").first();
    await option.focus();
    await page.keyboard.press("Enter");
    const next = page.locator("article").nth(1);
    await next.locator(".verdicts, .refusal").first().waitFor();
    check(await next.getByText(/^Only /).first().isVisible(), "the question is limited to the document that was chosen");
  });

  await test("marks are walked along with the arrow keys, and citations with ] at once", async (page) => {
    const turn = await ask(page, notice);
    await turn.locator(".chip").first().focus();
    await page.keyboard.press("ArrowRight");
    check(await turn.locator(".chip").nth(1).evaluate((c) => c === document.activeElement), "the second mark has the focus");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    check(await turn.locator(".chip").last().evaluate((c) => c === document.activeElement), "before the first comes the last");
    await page.locator("body").press("]");
    await page.locator(".mark.current").first().waitFor();
  });

  await test("a mark shows the place on the page", async (page) => {
    const turn = await ask(page, "What is the limit of liability?");
    await turn.locator("[data-testid=citation]").first().focus();
    await page.getByTestId("place").waitFor();
    const inside = await page.getByTestId("place").evaluate((p) => [...p.querySelectorAll("span")].every((s) => s.getBoundingClientRect().top >= p.getBoundingClientRect().top && s.getBoundingClientRect().left < p.getBoundingClientRect().right));
    check(inside, "the marks stand in the strip that is shown");
  });

  await test("a search is explained while it is typed, and its mistakes too", async (page) => {
    await openSearch(page, "notice w/5 termination AND type:wombat");
    await page.getByText("“notice” within 5 words of “termination”.").waitFor();
    check((await page.locator(".reading").getByText("There is no type of document called").count()) === 1, "the mistake is told once");
    check((await page.locator(".hit").count()) === 0, "nothing was searched yet");
    await page.locator("#search-page-field").fill("carier");
    await page.locator(".reading .link", { hasText: "carrier" }).click();
    await page.locator(".hit").first().waitFor();
    check((await page.locator("#search-page-field").inputValue()) === "carrier", "the spelling is taken over");
  });

  await test("hits are walked along by keyboard, and limited by what documents are", async (page) => {
    await openSearch(page, "temperature trailer");
    await page.keyboard.press("Enter");
    await page.locator(".hit").first().waitFor();
    const all = await page.locator(".hit").count();
    await page.locator("#search-page-field").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    check(await page.locator(".hit").nth(1).evaluate((h) => h === document.activeElement), "the second hit has the focus");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowUp");
    check(await page.locator("#search-page-field").evaluate((f) => f === document.activeElement), "above the first hit is the field");
    await page.locator(".limits").getByRole("button", { name: "Type" }).click();
    await page.locator(".limits input[type=checkbox]").first().check();
    await page.waitForFunction((n) => document.querySelectorAll(".hit").length < n, all);
    await page.getByRole("button", { name: "Without limits" }).click();
    await page.waitForFunction((n) => document.querySelectorAll(".hit").length === n, all);
  });

  await test("quality has a course, and a case is put again", async (page) => {
    await ask(page, notice);
    await openQuality(page);
    const dialog = page.getByRole("dialog", { name: "How answers turned out" });
    const before = await dialog.locator("figure path").getAttribute("d");
    await dialog.getByLabel("What is drawn").selectOption({ label: "Time of an answer" });
    check((await dialog.locator("figure path").getAttribute("d")) !== before, "another figure is drawn");
    check((await dialog.locator("figure svg").getAttribute("aria-label")).includes("Time of an answer"), "the drawing says what it shows");
    await dialog.getByRole("button", { name: /^Ask again and compare/ }).first().click();
    await dialog.getByText("is no longer there").waitFor();
    check((await dialog.locator("code").textContent()).startsWith("markai eval replay "), "the command for it is shown");
    await dialog.getByRole("button", { name: "Back to the list" }).click();
    await dialog.locator("figure").waitFor();
  });

  await test("the installation is checked from the settings", async (page) => {
    const section = await openCheck(page);
    const checks = await section.locator("h3").count();
    await section.getByRole("button", { name: "Check again" }).click();
    await section.locator("progress").waitFor();
    await page.waitForFunction((n) => document.querySelectorAll("#selfcheck h3").length > n, checks);
    const rows = section.locator("table").first().locator("tbody tr");
    check((await rows.count()) === 5, "five shares");
    check((await rows.first().textContent()).includes("and"), "each with its interval");
  });
}

/** The same on a real server with the sample matter, where a question has been answered: step and picture are those of the others. */
export async function realTrust(step, page, picture, audit, patience) {
  await step("the answer says how it came about", async () => {
    const turn = await ask(page, "How many days of notice end the Liquidmetal and Eutectix agreement?", 180_000);
    await turn.locator("details.why summary").click();
    check((await turn.locator(".why .passages .cited").count()) > 0, "a passage found holds a quotation of the answer");
    check(await turn.getByText("In the whole matter").first().isVisible(), "it says where was searched");
    await turn.locator("[data-testid=citation]").first().focus();
    await page.getByTestId("place").waitFor({ timeout: 20_000 });
    await picture("why");
    await turn.getByRole("button", { name: "Judge", exact: true }).click();
    await turn.getByRole("button", { name: "It missed something" }).click();
    await page.getByText("Noted: something was missed.").waitFor();
  });

  await step("a case is put again and compared", async () => {
    await openQuality(page);
    await page.getByRole("button", { name: /^Ask again and compare/ }).first().click();
    await page.locator(".sides section").first().waitFor({ timeout: 180_000 });
    await picture("replay");
    await audit();
    await page.keyboard.press("Escape");
  });

  await step("a search is explained as it is typed, and limited", async () => {
    await page.keyboard.press("Control+Shift+F");
    await page.locator("#search-page-field").fill("notice w/10 terminat* AND type:wombat");
    await page.getByText("“notice” within 10 words of a word that begins with “terminat”.").waitFor();
    await page.locator(".reading li.bad").waitFor();
    await page.locator("#search-page-field").fill("notice w/10 terminat*");
    await page.locator(".reading li.bad").waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await page.locator(".hit").first().waitFor();
    await page.locator(".limits").getByRole("button", { name: "Type" }).click();
    await page.locator(".limits .choice", { hasText: "Contract" }).locator("input").check();
    await page.locator(".hit", { hasText: "Contract" }).first().waitFor();
    await page.keyboard.press("Escape");
    await picture("search");
    await audit();
  });

  await step("the installation is checked", async () => {
    const section = await openCheck(page);
    await section.getByRole("button", { name: /^Check/ }).click();
    await section.locator("progress").waitFor();
    await section.locator("tbody tr").first().waitFor({ timeout: patience });
    check((await section.locator("table").first().locator("tbody tr").count()) === 5, "five shares");
    const verbatim = await section.locator("table").first().locator("tbody tr").last().textContent();
    check(verbatim.includes("100 %"), `every quotation is word for word (${verbatim})`);
    await section.scrollIntoViewIfNeeded();
    await picture("selfcheck");
    await audit();
  });
}
