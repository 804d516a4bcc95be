import type { TestContext } from "node:test"
import { fileURLToPath } from "node:url"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { chromiumPath } from "./chromium.ts"

/** What a browser keeps between visits. */
export type Session = Awaited<ReturnType<BrowserContext["storageState"]>>

/** How somebody sits in front of the page; everything has a default. */
export type View = {
  width?: number
  height?: number
  scheme?: "light" | "dark"
  /** The browser's language, which it sends along with each request. */
  language?: string
  javaScript?: boolean
  /** Cookies of somebody who signed in before. */
  session?: Session
  /** Pixels of the screen for each pixel of the page. */
  scale?: number
}

/** Somebody with a browser of their own: own cookies, one page to begin with. */
export type Visitor = {
  page: Page
  context: BrowserContext
  /** The node's origin under a name, as passkeys need it. */
  origin: string
  /** What went wrong so far: console errors, CSP violations, uncaught errors, dialogs, failed and foreign requests. */
  faults(): string[]
  /** This test wants that fault: for example the console's line about an answer with status 404. */
  expect(fault: RegExp): void
  /** Throws with all faults since the last time that nobody expected. */
  check(): Promise<void>
  /** The same, and closes the pages. */
  end(): Promise<void>
}

export type TestBrowser = {
  visitor(origin: string, view?: View): Promise<Visitor>
  close(): Promise<void>
}

/**
 * Not the package's own arguments: those switch off web security and isolation, and would hide what these tests look
 * for. The sandbox needs rights that containers and root lack. No name but this machine's is resolved.
 */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
/** Where each page lives briefly, optimised code is not worth its making; where a page reckons for long, it is. */
const BRIEF = "--js-flags=--no-maglev --no-turbofan"
const PATIENCE_MS = 45_000
const PHONE_WIDTH = 700
const WATCH = fileURLToPath(new URL("watch-page.js", import.meta.url))

/** Starts a real Chromium: one for a test file, with a visitor for each test. `brief`: for pages that reckon little. */
export async function launchBrowser({ brief = false } = {}): Promise<TestBrowser> {
  const args = brief ? [...ARGUMENTS, BRIEF] : ARGUMENTS
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args })
  return {
    visitor: (origin, view = {}) => visitor(browser, origin, view),
    close: () => browser.close(),
  }
}

/** A visitor for one test, which fails if anything went wrong in the pages that was not expected. */
export async function visit(t: TestContext, browser: TestBrowser, origin: string, view: View = {}): Promise<Visitor> {
  const who = await browser.visitor(origin, view)
  t.after(() => who.end())
  return who
}

async function visitor(browser: Browser, address: string, view: View): Promise<Visitor> {
  const context = await browser.newContext(settings(view))
  context.setDefaultTimeout(PATIENCE_MS)
  await context.addInitScript({ path: WATCH })
  const origin = named(address)
  const faults: string[] = []
  const expected: RegExp[] = []
  watch(context, origin, faults)
  const unexpected = () => faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)))
  const settled = async () => {
    if (view.javaScript !== false) await Promise.all(context.pages().map(settle))
  }
  const judge = () => {
    const found = unexpected()
    faults.length = 0
    if (found.length > 0) throw new Error(`in the browser:\n${found.join("\n")}`)
  }
  return {
    ...{ page: await context.newPage(), context, origin, faults: unexpected },
    expect: (fault) => void expected.push(fault),
    async check() {
      await settled()
      judge()
    },
    async end() {
      await settled()
      await context.close()
      judge()
    },
  }
}

/** What the page has queued is said before it closes: reports of violations and rejections come as tasks of their own. */
async function settle(page: Page): Promise<void> {
  await page.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))").catch(() => {})
}

function settings({ width = 1440, height = width < PHONE_WIDTH ? 844 : 900, ...view }: View) {
  const handheld = width < PHONE_WIDTH
  return {
    viewport: { width, height },
    colorScheme: view.scheme ?? "light",
    locale: view.language ?? "en",
    timezoneId: "Asia/Taipei",
    javaScriptEnabled: view.javaScript ?? true,
    ...(view.session === undefined ? {} : { storageState: view.session }),
    deviceScaleFactor: view.scale ?? 1,
    isMobile: handheld,
    hasTouch: handheld,
    reducedMotion: "reduce" as const,
  }
}

/** Passkeys belong to a name: an address of this machine is visited under it. */
function named(address: string): string {
  const url = new URL(address)
  if (url.hostname === "127.0.0.1") url.hostname = "localhost"
  return url.origin
}

/** Writes down everything that a page may not do; what it did before somebody looked included. */
function watch(context: BrowserContext, origin: string, faults: string[]): void {
  context.on("console", (message) => {
    const type = message.type()
    if (type === "error" || type === "warning")
      faults.push(`console ${type}: ${message.text()} ${placeOf(message.location())}`)
  })
  context.on("weberror", (error) => faults.push(`error: ${error.error().stack ?? error.error().message}`))
  context.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on("request", (request) => {
    const url = request.url()
    if (!/^(data|blob|about):/.test(url) && new URL(url).origin !== origin) faults.push(`foreign request: ${url}`)
  })
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? ""
    // A page that is left ends its open requests: event streams, and downloads as soon as they are one.
    if (reason !== "net::ERR_ABORTED") faults.push(`failed request: ${request.url()} ${reason}`)
  })
}

function placeOf({ url, lineNumber }: { url: string; lineNumber: number }): string {
  return url === "" ? "" : `(${url}:${lineNumber + 1})`
}
