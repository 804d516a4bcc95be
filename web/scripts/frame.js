// @ts-check
// What every page does beyond its markup: keys, menus, copying, the reader's time zone. No sentence stands here.

const root = document.documentElement
root.classList.add("scripted")

noteZone()
focusFirstFault()
showPlace()
document.addEventListener("click", onClick)
document.addEventListener("keydown", onKey)

/** The server writes times in this zone from the next page on. */
function noteZone() {
  const name = root.dataset.preferences
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!name || !zone) return
  const parts = (cookieOf(name) ?? "~~").split("~")
  if (parts[2] === zone) return
  const secure = location.protocol === "https:" ? "; Secure" : ""
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store's own interface is missing in browsers that officers use
  document.cookie = `${name}=${parts[0] ?? ""}~${parts[1] ?? ""}~${zone}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`
}

/** @param {string} name */
function cookieOf(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

function focusFirstFault() {
  const summary = document.querySelector("[data-focus]")
  if (summary instanceof HTMLElement) summary.focus()
}

/** On a phone the pages of a verb are a strip that scrolls sideways: the open one is to be seen in it. */
function showPlace() {
  const link = document.querySelector("nav.beside [aria-current]")
  const strip = link?.closest("nav")
  if (!(link instanceof HTMLElement && strip instanceof HTMLElement)) return
  const { left, width } = link.getBoundingClientRect()
  strip.scrollLeft += left - strip.getBoundingClientRect().left - (strip.clientWidth - width) / 2
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = event.target instanceof Element ? event.target : null
  closeMenus(target)
  const copy = target?.closest("[data-copy]")
  if (copy instanceof HTMLElement) void copyFrom(copy)
  const action = target?.closest("[data-action]")
  if (action instanceof HTMLElement && action.dataset.action === "palette") void openPalette()
  if (action instanceof HTMLElement && action.dataset.action === "help") openHelp()
}

/** A menu closes when something else is clicked, or by Escape or an action, which give the focus back to its word.
 * @param {Element | null} target */
function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(target) && !target?.closest("[data-action]")) continue
    const within = menu.contains(document.activeElement)
    menu.removeAttribute("open")
    if (within && (target === null || menu.contains(target))) menu.querySelector("summary")?.focus()
  }
}

/** @param {HTMLElement} button */
async function copyFrom(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "")
    button.classList.add("copied")
    setTimeout(() => button.classList.remove("copied"), 1500)
  } catch {
    const range = document.createRange()
    if (button.previousElementSibling) range.selectNodeContents(button.previousElementSibling)
    getSelection()?.removeAllRanges()
    getSelection()?.addRange(range)
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault()
    void openPalette()
    return
  }
  if (event.key === "Escape") closeMenus(null)
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (event.key === "/") focusSearch(event)
  else if (event.key === "?") openHelp()
  else if (event.key === "j" || event.key === "k") walkRows(event.key === "j" ? 1 : -1)
  else if (event.key === "Enter") openRow(event)
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("dialog") !== null
  )
}

/** @param {KeyboardEvent} event */
function focusSearch(event) {
  const field = document.querySelector("[data-search]") ?? document.getElementById("global-search")
  if (!(field instanceof HTMLInputElement)) return
  event.preventDefault()
  field.focus()
  field.select()
}

/** @returns {HTMLTableRowElement[]} */
function rows() {
  return [...document.querySelectorAll("table[data-rows] > tbody > tr")].filter(
    (row) => row instanceof HTMLTableRowElement,
  )
}

/** @param {number} step */
function walkRows(step) {
  const all = rows()
  if (all.length === 0) return
  const at = all.findIndex((row) => row.classList.contains("at"))
  const next = Math.max(0, Math.min(all.length - 1, at + step))
  if (at >= 0) all[at]?.classList.remove("at")
  const row = all[at < 0 ? 0 : next]
  row?.classList.add("at")
  row?.scrollIntoView({ block: "nearest" })
  const link = row?.querySelector("a")
  if (link instanceof HTMLElement) link.focus({ preventScroll: true })
}

/** @param {KeyboardEvent} event */
function openRow(event) {
  if (event.target !== document.body) return
  const link = document.querySelector("table[data-rows] tr.at a")
  if (link instanceof HTMLAnchorElement) link.click()
}

async function openPalette() {
  const { open } = await import(root.dataset.palette ?? "")
  open()
}

function openHelp() {
  const dialog = document.getElementById("keys")
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
}
