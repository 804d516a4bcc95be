import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** What `@openmined/psi.js` needs for as many items on each side; after it only the client knows the count. */
export type PsiJs = {
  count: number
  structure: string
  common: number
  clientSeconds: number
  serverSeconds: number
  bytes: number
}

const PEERS = new URL("../peers/", import.meta.url)

export const HOW_TO_INSTALL = "psi.js is not installed: npm install --prefix bench/peers"

/** Null if it is not installed: it is no part of `npm ci`. */
export function psiJs(count: number): PsiJs | null {
  if (!existsSync(new URL("node_modules/@openmined/psi.js/package.json", PEERS))) return null
  const script = fileURLToPath(new URL("psi-side.js", PEERS))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, String(count), "BloomFilter"], {
    encoding: "utf8",
  })
  if (status !== 0) throw new Error(`psi.js failed: ${stderr}`)
  const found: PsiJs = JSON.parse(stdout)
  if (found.common !== count / 2) throw new Error(`psi.js counted ${found.common} of ${count / 2}`)
  return found
}
