// @ts-check
// Live progress: an element with `data-events` follows that stream of server-sent events until it says `end`, and then
// the page is asked for again, since the server knows what to show next. Every sentence comes ready from the server:
//   <div data-events="/…/events"><p data-slot="done">…</p><progress max="1" value="0"></progress>
//     <p data-lost hidden>the sentence for a line that is lost</p></div>
//   event: progress   {"value": 5000, "max": 31304, "slots": {"done": "5,000 of 31,304 entries"}}   value null: unknown
//   event: end        {} or {"to": "/a/page/of/this/node"}

/** @typedef {{ value: number | null, max: number, slots: Record<string, string> }} Progress */

const AGAIN_MS = 3000

for (const element of document.querySelectorAll("[data-events]")) {
  if (element instanceof HTMLElement) follow(element)
}

/** The browser itself takes up a line that was cut; one that was answered with an error it gives up.
 * @param {HTMLElement} element */
function follow(element) {
  const stream = new EventSource(element.dataset.events ?? "")
  stream.addEventListener("open", () => showLost(element, false))
  stream.addEventListener("progress", (event) => show(element, JSON.parse(event.data)))
  stream.addEventListener("end", (event) => {
    stream.close()
    end(JSON.parse(event.data))
  })
  stream.addEventListener("error", () => {
    showLost(element, true)
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => void reloadIfThere(element), AGAIN_MS)
  })
}

/** @param {HTMLElement} element
 * @param {Progress} progress */
function show(element, { value, max, slots }) {
  const bar = element.querySelector("progress")
  if (bar !== null) {
    bar.max = Math.max(max, 1)
    if (value === null) bar.removeAttribute("value")
    else bar.value = value
  }
  for (const slot of element.querySelectorAll("[data-slot]")) {
    const text = slot instanceof HTMLElement ? slots[slot.dataset.slot ?? ""] : undefined
    if (text !== undefined && slot.textContent !== text) slot.textContent = text
  }
}

/** @param {{ to?: string }} data */
function end({ to }) {
  if (to === undefined) location.reload()
  else location.replace(to)
}

/** @param {HTMLElement} element
 * @param {boolean} lost */
function showLost(element, lost) {
  const words = element.querySelector("[data-lost]")
  if (words instanceof HTMLElement) words.hidden = !lost
}

/** The work is over, the session too, or something in front of the node answers for it: only then the page stays.
 * @param {HTMLElement} element */
async function reloadIfThere(element) {
  try {
    const answer = await fetch(location.href, { method: "HEAD" })
    if (answer.ok) return location.reload()
  } catch {
    // asked again below
  }
  follow(element)
}
