// @ts-check
// Ticking rows of a list: `x` for the row that one stands at, all at once by the head, and how many are ticked.

const boxes = [...document.querySelectorAll("table[data-rows] > tbody input[type=checkbox]")].filter(
  (box) => box instanceof HTMLInputElement,
)
const all = document.querySelector("input[data-tick-all]")

document.addEventListener("keydown", onKey)
document.addEventListener("change", onChange)
addEventListener("pageshow", count) // a browser that goes back ticks again what was ticked
count()

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return
  const target = event.target instanceof HTMLElement ? event.target : document.body
  if (target.isContentEditable || target.closest("input:not([type=checkbox]), textarea, select, dialog")) return
  const row = target.closest("tbody > tr") ?? document.querySelector("table[data-rows] tr.at")
  const box = boxes.find((one) => row?.contains(one))
  if (box === undefined) return
  event.preventDefault()
  box.checked = !box.checked
  count()
}

/** @param {Event} event */
function onChange({ target }) {
  if (!(target instanceof HTMLInputElement)) return
  if (target === all) for (const box of boxes) box.checked = target.checked
  if (target === all || boxes.includes(target)) count()
}

/** The sentences stand in the page; only the numbers are put in here. */
function count() {
  const ticked = boxes.filter(({ checked }) => checked)
  say("data-ticked", ticked.length)
  const red = ticked.filter((box) => box.hasAttribute("data-red")).length
  say("data-ticked-red", red)
  for (const place of document.querySelectorAll("[data-ticked-red]")) place.toggleAttribute("hidden", red === 0)
  if (!(all instanceof HTMLInputElement)) return
  all.checked = ticked.length > 0 && ticked.length === boxes.length
  all.indeterminate = ticked.length > 0 && ticked.length < boxes.length
}

/** @param {string} name @param {number} number */
function say(name, number) {
  const text = new Intl.NumberFormat(document.documentElement.lang).format(number)
  for (const place of document.querySelectorAll(`[${name}]`)) {
    place.textContent = (place.getAttribute(name) ?? "").replace("{count}", text)
  }
}
