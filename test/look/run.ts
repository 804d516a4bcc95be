import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { launchBrowser, type TestBrowser, type View } from "../support/browser.ts"
import { pages, pathOf, type ShownPage } from "../support/pages.ts"
import { enter } from "../support/workplace.ts"
import { type Options, parseOptions, USAGE } from "./options.ts"
import { openStage, type Stage } from "./stage.ts"

const FOLDER = join(import.meta.dirname, "../../pictures")

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return void process.stdout.write(USAGE)
  mkdirSync(FOLDER, { recursive: true })
  const stage = await openStage()
  const browser = await launchBrowser()
  try {
    for (const view of options.views) {
      await setup(browser, stage, view, options)
      await photograph(browser, stage, view, options)
    }
  } finally {
    await browser.close()
    await stage.stop()
  }
}

const HIGHEST = 6000

/** A browser for each person, since that is who the pages are shown to. */
async function photograph(browser: TestBrowser, stage: Stage, view: View, { only }: Options): Promise<void> {
  const wanted = pages.filter(({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)))
  for (const who of new Set(wanted.map((page) => page.who))) {
    const visitor = await enter(browser, stage.furnished, stage.origin, who, view)
    const size = visitor.page.viewportSize() ?? { width: 0, height: 0 }
    for (const shown of wanted.filter((page) => page.who === who)) {
      await visitor.page.setViewportSize(size)
      const file = join(FOLDER, `${shown.name}-${view.width}-${view.scheme}-${view.language}.png`)
      rmSync(file, { force: true })
      await picture(visitor.page, visitor.origin + pathOf(shown, stage.furnished), shown, file)
    }
    for (const fault of visitor.faults()) process.stdout.write(`  ${fault}\n`)
    await visitor.context.close()
  }
}

async function picture(page: Page, address: string, { ready }: ShownPage, path: string): Promise<void> {
  const answer = await page.goto(address)
  await ready?.(page)
  await unroll(page)
  await page.screenshot({ path, animations: "disabled" })
  process.stdout.write(`${answer?.status()} ${path}\n`)
}

/** The first page of a node that nobody set up: looking at it does not use the link up. */
async function setup(browser: TestBrowser, stage: Stage, view: View, { only }: Options): Promise<void> {
  if (only.length > 0 && !only.some((start) => "setup".startsWith(start))) return
  const link = await stage.setupLink()
  const visitor = await browser.visitor(link, view)
  const file = join(FOLDER, `setup-${view.width}-${view.scheme}-${view.language}.png`)
  await picture(visitor.page, link, { name: "setup", path: link, who: "visitor" }, file)
  await visitor.context.close()
}

/** The window as high as the page, so that bars at its edges lie at the edges of the picture. */
async function unroll(page: Page): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  const height = await page.evaluate<number>("document.documentElement.scrollHeight")
  await page.setViewportSize({ width, height: Math.min(height, HIGHEST) })
}

await main()
