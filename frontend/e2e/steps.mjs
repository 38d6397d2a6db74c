// What a person does in the window, in words that both end-to-end tests use.
import { check } from "./browser.mjs";

/** Asks by keyboard and waits for the finished answer. */
export async function ask(page, question, timeout = 30_000) {
  // In a field a stroke is a letter.
  await page.evaluate(() => document.activeElement?.blur());
  await page.locator("body").press("/");
  const before = await page.locator("article").count();
  await page.keyboard.type(question);
  await page.keyboard.press("Enter");
  const turn = page.locator("article").nth(before);
  await turn.locator(".verdicts, .refusal, .error").first().waitFor({ timeout });
  return turn;
}

/**
 * Clicks the first citation of an answer and checks that the marks lie over
 * words of the quotation, on the page that shows. Returns the marks' boxes.
 */
export async function followCitation(page, turn) {
  const label = await turn.locator("[data-testid=citation]").first().getAttribute("aria-label");
  await turn.locator("[data-testid=citation]").first().click();
  const marks = page.locator(".mark.current");
  await marks.first().waitFor({ timeout: 20_000 });
  await page.locator(".sheet[data-drawn]:has(.mark.current)").waitFor({ timeout: 20_000 });
  // The text over a page is laid after the page has been drawn.
  await page.waitForFunction(
    () => {
      const sheet = document.querySelector(".mark.current")?.closest(".sheet");
      return (sheet?.querySelectorAll(".textLayer span, .words span").length ?? 0) > 0;
    },
    null,
    { timeout: 20_000 },
  );
  const found = await page.evaluate(() => {
    const rects = [...document.querySelectorAll(".mark.current")].map((m) => m.getBoundingClientRect());
    const sheet = document.querySelector(".mark.current").closest(".sheet");
    const view = document.querySelector(".scroller").getBoundingClientRect();
    const quote = document.querySelector(".trail .quote").textContent.replace(/\s+/g, " ").trim();
    const under = [...sheet.querySelectorAll(".textLayer span, .words span")]
      .filter((span) => span.textContent.trim() !== "")
      .map((span) => ({ text: span.textContent.trim(), r: span.getBoundingClientRect() }))
      .filter(({ r }) => rects.some((m) => r.left < m.right - 1 && r.right > m.left + 1 && (r.top + r.bottom) / 2 > m.top && (r.top + r.bottom) / 2 < m.bottom))
      .map(({ text }) => text);
    const plain = (r) => ({ left: r.left, top: r.top, width: r.width, height: r.height });
    return { quote, under: under.join(" "), rects: rects.map(plain), view: plain(view) };
  });
  const first = found.rects[0];
  check(first.top >= found.view.top && first.top + first.height <= found.view.top + found.view.height, `the mark of “${label}” is in view`);
  const letters = (s) => s.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim().split(" ");
  const under = letters(found.under).join("");
  const words = letters(found.quote).filter((w) => w.length > 2);
  const covered = words.filter((w) => under.includes(w)).length / Math.max(1, words.length);
  check(covered > 0.8, `the marks lie over the quotation (${Math.round(covered * 100)} % of its words stand under them)`);
  return found;
}
