/**
 * Runs in each page before its own scripts: tells on the console what else would pass silently, where the tests
 * listen for errors.
 */
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber, sample }) => {
  console.error(`CSP violation: ${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber} ${sample}`)
})
