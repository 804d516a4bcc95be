// @ts-check
// The command palette: pages, actions and objects by typing. A combobox with a list (ARIA Authoring Practices): the
// focus stays in the field, the arrows move through the list. Every word comes from the node.

/** @typedef {{ label: string, hint: string, href: string }} Entry */
/** @typedef {{ label: string, path: string, fields: Record<string, string> }} Action */
/** @typedef {{ words: Record<string, string>, pages: Entry[], actions: Action[], objects: Entry[] }} Offered */
/** @typedef {{ label: string, hint: string, go: () => void }} Choice */

const ADDRESS = "/palette.json"
const WAIT_MS = 120

/** @type {Offered | null} */
let offered = null
/** @type {Choice[]} */
let choices = []
let at = 0
/** @type {AbortController | null} */
let asking = null

const dialog = document.createElement("dialog")
dialog.id = "palette"
const label = document.createElement("label")
const field = document.createElement("input")
const list = document.createElement("div")
const none = document.createElement("p")
build()

/** The browser gives the focus back to where it was when the dialog closes. */
export async function open() {
  if (dialog.open) return
  offered ??= await ask("")
  if (offered === null || document.querySelector("dialog[open]") !== null) return
  dialog.ariaLabel = offered.words.title ?? ""
  label.textContent = offered.words.field ?? ""
  list.ariaLabel = offered.words.title ?? ""
  none.textContent = offered.words.none ?? ""
  field.value = ""
  show([], 0)
  dialog.showModal()
}

function build() {
  label.htmlFor = "palette-field"
  field.id = "palette-field"
  field.type = "text"
  field.autocomplete = "off"
  field.spellcheck = false
  field.maxLength = 200
  field.role = "combobox"
  field.ariaAutoComplete = "list"
  field.ariaExpanded = "true"
  field.setAttribute("aria-controls", "palette-list")
  list.id = "palette-list"
  list.role = "listbox"
  none.className = "quiet"
  none.role = "status"
  dialog.append(label, field, list, none)
  document.body.append(dialog)
  field.addEventListener("input", () => void look())
  field.addEventListener("keydown", onKey)
  list.addEventListener("click", ({ target }) =>
    choose(target instanceof Element ? target.closest("[role=option]") : null),
  )
  list.addEventListener("pointermove", ({ target }) => {
    const option = target instanceof Element ? target.closest("[role=option]") : null
    if (option instanceof HTMLElement && Number(option.dataset.at) !== at) mark(Number(option.dataset.at))
  })
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close())
}

/** Null where nobody is signed in any more, or the node does not answer.
 * @param {string} text @param {AbortSignal} [signal] @returns {Promise<Offered | null>} */
async function ask(text, signal) {
  const address = text === "" ? ADDRESS : `${ADDRESS}?${new URLSearchParams({ q: text })}`
  try {
    const answer = await fetch(address, { signal: signal ?? null, redirect: "error" })
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}

/** Pages and actions at once, objects as soon as the node has found them. */
async function look() {
  asking?.abort()
  const text = field.value.trim()
  show([], 0)
  if (text === "") return
  none.hidden = true // not before the node has looked
  asking = new AbortController()
  const { signal } = asking
  await new Promise((done) => setTimeout(done, WAIT_MS))
  const found = signal.aborted ? null : await ask(text, signal)
  if (!signal.aborted) show(found?.objects ?? [], at)
}

/** @param {Entry[]} objects @param {number} marked */
function show(objects, marked) {
  if (offered === null) return
  const { words, pages, actions } = offered
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (/** @type {string} */ text) => wanted.every((word) => text.toLowerCase().includes(word))
  const groups = [
    { title: words.pages, some: pages.filter(({ label, hint }) => fits(`${label} ${hint}`)).map(toPage) },
    { title: words.actions, some: actions.filter(({ label }) => fits(label)).map(toAction) },
    { title: words.objects, some: objects.map(toPage) },
  ].filter(({ some }) => some.length > 0)
  choices = groups.flatMap(({ some }) => some)
  let number = 0
  list.replaceChildren(
    ...groups.map(({ title, some }) =>
      group(
        title ?? "",
        some.map((choice) => option(choice, number++)),
      ),
    ),
  )
  none.hidden = choices.length > 0
  list.hidden = choices.length === 0
  field.ariaExpanded = String(choices.length > 0)
  mark(marked)
}

/** @param {Entry} entry @returns {Choice} */
function toPage({ label, hint, href }) {
  return { label, hint, go: () => location.assign(href) }
}

/** What changes something is sent as a form, with the page's own origin. @param {Action} action @returns {Choice} */
function toAction({ label, path, fields }) {
  const go = () => {
    const form = document.createElement("form")
    form.method = "post"
    form.action = path
    for (const [name, value] of Object.entries({ ...fields, to: location.pathname + location.search })) {
      const input = document.createElement("input")
      Object.assign(input, { type: "hidden", name, value })
      form.append(input)
    }
    document.body.append(form)
    form.submit()
  }
  return { label, hint: "", go }
}

/** @param {string} title @param {HTMLElement[]} options */
function group(title, options) {
  const made = document.createElement("div")
  made.role = "group"
  made.ariaLabel = title
  const head = document.createElement("div")
  head.className = "palette-head"
  head.ariaHidden = "true"
  head.textContent = title
  made.append(head, ...options)
  return made
}

/** @param {Choice} choice @param {number} number */
function option({ label, hint }, number) {
  const made = document.createElement("div")
  made.role = "option"
  made.id = `palette-${number}`
  made.dataset.at = String(number)
  const name = document.createElement("bdi")
  name.textContent = label
  const quiet = document.createElement("span")
  quiet.className = "quiet small"
  quiet.textContent = hint
  made.append(name, quiet)
  return made
}

/** @param {number} number */
function mark(number) {
  at = number
  for (const one of list.querySelectorAll("[role=option]")) {
    const here = one instanceof HTMLElement && Number(one.dataset.at) === number
    one.ariaSelected = String(here)
    if (here) one.scrollIntoView({ block: "nearest" })
  }
  if (choices.length > 0) field.setAttribute("aria-activedescendant", `palette-${number}`)
  else field.removeAttribute("aria-activedescendant")
}

/** @param {Element | null} one */
function choose(one) {
  if (one instanceof HTMLElement) choices[Number(one.dataset.at)]?.go()
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.isComposing) return
  const last = choices.length - 1
  if (event.key === "ArrowDown") mark(at >= last ? 0 : at + 1)
  else if (event.key === "ArrowUp") mark(at <= 0 ? Math.max(last, 0) : at - 1)
  else if (event.key === "Enter") choices[at]?.go()
  else return
  event.preventDefault()
}
