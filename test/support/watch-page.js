/**
 * Runs in each page before its own scripts: tells on the console what else would pass silently, where the tests
 * listen for errors.
 */
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber, sample }) => {
  console.error(`CSP violation: ${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber} ${sample}`)
})

/** What hostile texts try to call: if one of them can, the test has failed. */
Object.defineProperty(globalThis, "canary", {
  value: (/** @type {unknown} */ which) => console.error(`EXECUTED: ${which}`),
})
