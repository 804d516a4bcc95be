// @ts-check
// Opens a sealed file in this browser. The private key is read from the field or a file of the person, used here, and
// goes nowhere: nothing below sends anything but the request for the ciphertext.
import { asText, readSealed, safeName } from "./sealed-format.js"

/** @typedef {import("./sealed-format.js").Label} Label */
/** @typedef {typeof import("age-encryption")} Age */

const SHOWN_MOST = 256 * 1024
const PROTECTED = /^(-----BEGIN AGE ENCRYPTED FILE-----|age-encryption\.org\/v1)/
const part = /** @type {HTMLElement} */ (document.querySelector("[data-open]"))
const result = /** @type {HTMLElement} */ (part.querySelector("[data-result]"))
const keyText = /** @type {HTMLTextAreaElement} */ (part.querySelector("[data-key-text]"))
const keyFile = /** @type {HTMLInputElement} */ (part.querySelector("[data-key-file]"))
const phrase = /** @type {HTMLInputElement} */ (part.querySelector("[data-phrase]"))
const button = /** @type {HTMLButtonElement} */ (part.querySelector("[data-go]"))
/** @type {string[]} */
const addresses = []

/** What went wrong, by the name of the sentence in the page. */
class Fault extends Error {}

button.addEventListener("click", () => void go())
part.querySelector("[data-forget]")?.addEventListener("click", forget)
// A page that a browser keeps for going back keeps no key and no content.
addEventListener("pagehide", forget)

async function go() {
  if (button.disabled) return
  button.disabled = true
  clear()
  say("working")
  try {
    await new Promise((resolve) => setTimeout(resolve, 30)) // the sentence is seen before the work begins
    const age = /** @type {Age} */ (await import(part.dataset.library ?? "").catch(() => fail("library")))
    const identities = await identitiesOf(age)
    const file = await ciphertext()
    show(read(await decrypt(age, identities, file)))
    say("")
  } catch (error) {
    say(error instanceof Fault ? error.message : "damaged")
  }
  button.disabled = false
}

/** @param {string} what @returns {never} */
function fail(what) {
  throw new Fault(what)
}

/** @param {Age} age */
async function identitiesOf(age) {
  const file = keyFile.files?.[0]
  const bytes = file === undefined ? new TextEncoder().encode(keyText.value.trim()) : await bytesOf(file)
  let text = new TextDecoder("latin1").decode(bytes)
  if (PROTECTED.test(text.trimStart())) text = await unprotected(age, bytes, text)
  const lines = text.split("\n").map((line) => line.trim())
  const found = lines.filter((line) => line !== "" && !line.startsWith("#"))
  if (found.length === 0 || found.length > 100) fail("key")
  if (!found.every((line) => /^AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]{58}$/.test(line))) fail("key")
  return found
}

/** @param {File} file */
async function bytesOf(file) {
  if (file.size > 1024 * 1024) fail("key")
  return new Uint8Array(await file.arrayBuffer())
}

/** A file with private keys that a passphrase protects. @param {Age} age @param {Uint8Array} bytes @param {string} text */
async function unprotected(age, bytes, text) {
  if (phrase.value === "") fail("phrase-missing")
  const decrypter = new age.Decrypter()
  decrypter.addPassphrase(phrase.value.normalize("NFC"))
  try {
    const raw = text.trimStart().startsWith("-----") ? age.armor.decode(text) : bytes
    return await decrypter.decrypt(raw, "text")
  } catch {
    return fail("phrase-wrong")
  }
}

/** The file as the node keeps it; it must be the one that the signed message is about. */
async function ciphertext() {
  const answer = await fetch(part.dataset.file ?? "", { credentials: "same-origin" }).catch(() => fail("fetch"))
  if (!answer.ok || answer.redirected) fail("fetch")
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  if (hex !== part.dataset.sha256) fail("hash")
  return bytes
}

/** @param {Age} age @param {string[]} identities @param {Uint8Array} file */
async function decrypt(age, identities, file) {
  let asked = false
  const decrypter = new age.Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  // Asked only if none of the others fits.
  decrypter.addIdentity({
    unwrapFileKey() {
      asked = true
      return null
    },
  })
  return decrypter.decrypt(file).catch(() => fail(asked ? "not-yours" : "damaged"))
}

/** What was sealed must be what the sender signed a message about. @param {Uint8Array} bytes */
function read(bytes) {
  const found = readSealed(bytes)
  if (found === null) return fail("padding")
  const { id, from, to, tlp } = part.dataset
  const { label } = found
  if (label.id !== id || label.from !== from || label.to !== to || label.tlp !== tlp) fail("label")
  return found
}

/** @param {{ label: Label, content: Uint8Array }} opened */
function show({ label, content }) {
  const readable = label.name === "" || label.type.startsWith("text/")
  const text = readable && content.length <= SHOWN_MOST ? asText(content) : null
  put("name", label.name === "" ? (part.dataset.typed ?? "") : label.name)
  put("type", label.type)
  put("size", new Intl.NumberFormat(document.documentElement.lang).format(content.length))
  const shown = /** @type {HTMLElement} */ (result.querySelector("[data-text]"))
  shown.textContent = text ?? ""
  shown.hidden = text === null
  const link = /** @type {HTMLAnchorElement} */ (result.querySelector("[data-save]"))
  // Never opened within the page: a browser would run what claims to be a document.
  link.href = URL.createObjectURL(new Blob([Uint8Array.from(content)], { type: "application/octet-stream" }))
  link.download = label.name === "" ? "sealed.txt" : safeName(label.name)
  addresses.push(link.href)
  result.hidden = false
  result.focus()
}

/** @param {string} name @param {string} value */
function put(name, value) {
  const place = result.querySelector(`[data-${name}]`)
  if (place !== null) place.textContent = value
}

function clear() {
  result.hidden = true
  for (const place of result.querySelectorAll("[data-text], [data-name], [data-type], [data-size]"))
    place.textContent = ""
  result.querySelector("[data-save]")?.removeAttribute("href")
  for (const address of addresses.splice(0)) URL.revokeObjectURL(address)
}

function forget() {
  clear()
  say("")
  keyText.value = ""
  keyFile.value = ""
  phrase.value = ""
}

/** @param {string} what */
function say(what) {
  for (const text of part.querySelectorAll("[data-when]")) {
    if (text instanceof HTMLElement) text.hidden = text.dataset.when !== what
  }
}
