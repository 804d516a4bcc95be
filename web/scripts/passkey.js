// @ts-check
// Asks the device for a passkey and puts its answer into the form. What went wrong is said by sentences of the page.

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (form instanceof HTMLFormElement) form.addEventListener("submit", (event) => void onSubmit(event, form))
}

/** @param {SubmitEvent} event
 * @param {HTMLFormElement} form */
async function onSubmit(event, form) {
  event.preventDefault()
  const button = form.querySelector("button")
  if (!button || button.disabled) return
  say(form, "")
  if (!supported()) return say(form, "unsupported")
  button.disabled = true
  try {
    const answer = await askDevice(form)
    const field = form.elements.namedItem("credential")
    if (!(field instanceof HTMLInputElement)) return
    field.value = JSON.stringify(answer)
    form.submit()
  } catch {
    say(form, "failed")
    button.disabled = false
    button.focus()
  }
}

function supported() {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential
}

/** @param {HTMLFormElement} form */
async function askDevice(form) {
  const response = await fetch(form.dataset.options ?? "", { method: "POST", credentials: "same-origin" })
  if (!response.ok) throw new Error("no options")
  const options = await response.json()
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey")
  return credential.toJSON()
}

/** @param {HTMLFormElement} form
 * @param {string} what */
function say(form, what) {
  for (const text of form.querySelectorAll("[data-when]")) {
    if (text instanceof HTMLElement) text.hidden = text.dataset.when !== what
  }
}
