import { integer, pick, type Random, randomFor } from "./random.ts"

const VOCABULARY = (
  "adversary may use the network to obtain credentials from a compromised host and move laterally within an " +
  "environment of the victim before exfiltration over an encrypted channel [Example](https://example.com/software/S1) " +
  "has been observed scheduled task registry key payload loader operators phishing message attachment macro domain " +
  'controller service account privileges "quoted" C:\\Temp\\run.dll (Citation: Example report 2026) persistence ' +
  "mechanism collected data staged archive café résumé 惡意程式 通訊協定 憑證 naïve"
).split(" ")

const LENGTH = 300_000
const text = prose()

/** How many bytes of JSON a UTF-16 unit of the prose takes on average. */
export const BYTES_PER_UNIT = Buffer.byteLength(JSON.stringify(text)) / text.length

/** So many UTF-16 units of prose with some quotes, line ends and letters beyond ASCII; at most 300,000. */
export function words(random: Random, length: number): string {
  const wanted = Math.min(length, LENGTH)
  const start = integer(random, LENGTH - wanted + 1)
  return text.slice(start, start + wanted)
}

function prose(): string {
  const random = randomFor(7, 7)
  const parts: string[] = []
  for (let length = 0; length < LENGTH + 50; ) {
    const part = `${pick(random, VOCABULARY)}${integer(random, 60) === 0 ? ".\n\n" : " "}`
    parts.push(part)
    length += part.length
  }
  return parts.join("")
}
