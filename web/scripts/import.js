// @ts-check
// A file may be dropped on the form, or text pasted anywhere beside a field; sending shows how far it is. Without this
// script the same form sends itself.

const form = document.querySelector("form[data-import]")
if (form instanceof HTMLFormElement) prepare(form)

/** @param {HTMLFormElement} form */
function prepare(form) {
  const zone = form.querySelector(".drop")
  const input = form.querySelector('input[type="file"]')
  if (!(zone instanceof HTMLElement) || !(input instanceof HTMLInputElement)) return
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => hover(event, zone, true))
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => hover(event, zone, false))
  zone.addEventListener("drop", (event) => {
    const files = event.dataTransfer?.files
    if (!files?.length) return
    input.files = files
    form.requestSubmit()
  })
  form.addEventListener("submit", (event) => {
    if (!input.files?.length) return
    event.preventDefault()
    send(form)
  })
}

/** @param {Event} event
 * @param {HTMLElement} zone
 * @param {boolean} over */
function hover(event, zone, over) {
  event.preventDefault()
  zone.classList.toggle("over", over)
}

/** The answer is a page of its own address: the browser goes there. One that is no such page is asked for plainly.
 * @param {HTMLFormElement} form */
function send(form) {
  const bar = form.querySelector("progress")
  const button = form.querySelector("button.primary")
  const request = new XMLHttpRequest()
  request.open("POST", form.action)
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    if (!(bar instanceof HTMLProgressElement)) return
    bar.hidden = false
    bar.max = Math.max(total, 1)
    bar.value = loaded
  })
  request.addEventListener("load", () => {
    if (request.status < 400 && request.responseURL !== "") location.assign(request.responseURL)
    else form.submit()
  })
  request.addEventListener("error", () => form.submit())
  if (button instanceof HTMLButtonElement) button.disabled = true
  request.send(new FormData(form))
}
