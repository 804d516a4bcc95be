// @ts-check
// Makes a key pair in this browser. The public half goes into the form; the private half goes into a file of the person
// and nowhere else: it stands in no field that the form sends.

/** @typedef {typeof import("age-encryption")} Age */

const part = /** @type {HTMLElement} */ (document.querySelector("[data-make-key]"))
const form = /** @type {HTMLFormElement} */ (part.closest("form"))
const make = /** @type {HTMLButtonElement} */ (part.querySelector("[data-go]"))
const save = /** @type {HTMLAnchorElement} */ (part.querySelector("[data-save]"))
const made = /** @type {HTMLElement} */ (part.querySelector("[data-made]"))
const phrase = /** @type {HTMLInputElement} */ (part.querySelector("[data-phrase]"))
const hybrid = /** @type {HTMLInputElement} */ (part.querySelector("[data-hybrid]"))
const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("recipient"))
const PHRASE_LEAST = 12
/** The public half of a pair whose private half was not saved yet. @type {string | null} */
let unsaved = null

make.addEventListener("click", () => void onMake())
save.addEventListener("click", () => {
  unsaved = null
  say("saved")
})
form.addEventListener("submit", (event) => {
  if (unsaved === null || field.value.trim() !== unsaved) return
  event.preventDefault()
  say("unsaved")
  save.focus()
})
addEventListener("pagehide", forget)

async function onMake() {
  if (make.disabled) return
  if (phrase.value !== "" && phrase.value.length < PHRASE_LEAST) return say("phrase-short")
  make.disabled = true
  say("working")
  try {
    await new Promise((resolve) => setTimeout(resolve, 30)) // the sentence is seen before the work begins
    const age = /** @type {Age} */ (await import(part.dataset.library ?? ""))
    const identity = await (hybrid.checked ? age.generateHybridIdentity() : age.generateX25519Identity())
    const recipient = await age.identityToRecipient(identity)
    offer(recipient, await fileOf(age, identity, recipient))
  } catch {
    say("failed")
  }
  make.disabled = false
}

/** As age-keygen writes it, so that the age program reads it too. @param {Age} age @param {string} identity @param {string} recipient */
async function fileOf(age, identity, recipient) {
  const created = `${new Date().toISOString().slice(0, 19)}Z`
  const text = `# created: ${created}\n# public key: ${recipient}\n${identity}\n`
  if (phrase.value === "") return text
  const encrypter = new age.Encrypter()
  encrypter.setPassphrase(phrase.value.normalize("NFC"))
  return age.armor.encode(await encrypter.encrypt(text))
}

/** @param {string} recipient @param {string} text */
function offer(recipient, text) {
  if (save.href !== "") URL.revokeObjectURL(save.href)
  save.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }))
  save.download = `comity-${recipient.slice(-8)}.key`
  field.value = recipient
  unsaved = recipient
  made.hidden = false
  say("")
  save.focus()
}

function forget() {
  if (save.href !== "") URL.revokeObjectURL(save.href)
  save.removeAttribute("href")
  made.hidden = true
  phrase.value = ""
  unsaved = null
}

/** @param {string} what */
function say(what) {
  for (const text of part.querySelectorAll("[data-when]")) {
    if (text instanceof HTMLElement) text.hidden = text.dataset.when !== what
  }
}

export {}
