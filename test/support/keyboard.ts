import assert from "node:assert/strict"
import type { Locator, Page } from "playwright-core"

const STOPS_MOST = 150
/** Of the page in which the functions given to `evaluate` run; here is no document. */
declare const document: { activeElement: unknown }
/** Whether somebody sees where they are: WCAG 2.4.7, and 2.4.11 for what a fixed bar might cover. */
const IS_SEEN = `(() => {
  const here = document.activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(here)
  const { top, bottom, width, height } = here.getBoundingClientRect()
  // A date is several fields in one, which the browser outlines by itself.
  const outlined = here.type === "date" || here.matches(":focus-visible") && outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2
  const shown = width > 0 && height > 0 && bottom > 0 && top < innerHeight
  return (outlined && shown) || here === document.body ? "" : here.outerHTML.slice(0, 200)
})()`

/** Goes by Tab, as people without a mouse do, until the element has the focus; each stop on the way must be seen. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < STOPS_MOST; stops++) {
    await page.keyboard.press("Tab")
    assert.equal(await page.evaluate<string>(IS_SEEN), "", "the focus is not seen")
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  assert.fail(`${target} is not reached by Tab`)
}

/** Goes there and types over what stands in it. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press("Control+A")
  await page.keyboard.type(text)
}

/** Goes there and presses Enter. */
export async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press("Enter")
}
