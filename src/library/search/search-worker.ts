import { setPriority } from "node:os"
import { parentPort, workerData } from "node:worker_threads"
import { monotonic } from "../../kernel/time.ts"
import { isDamaged, isFull, openDerived, removeDerived } from "../../store/index.ts"
import { seenAgain } from "./again.ts"
import { countIndexed } from "./find-queries.ts"
import { find, keys, names, recent, tallies } from "./finding.ts"
import { countBehind } from "./index-queries.ts"
import { Forgetting, fits, readOn } from "./indexer.ts"
import type { Questions, SearchState } from "./model.ts"
import { neighbourhood, referred, referring, referringLabels } from "./relating.ts"
import { relationPage, relations } from "./relations.ts"
import { searchFile } from "./schema.ts"

/** `wake`: something was committed. `settle`: answer when nothing is left to read. `close`: let go of the file. */
export type Order =
  | { is: "wake" }
  | { is: "close" }
  | { is: "settle"; id: number }
  | { [What in keyof Questions]: { is: What; id: number; given: Questions[What]["given"] } }[keyof Questions]

export type Report =
  | { is: "answer"; id: number; answer: unknown }
  | { is: "failure"; id: number | null; message: string }
  | { is: "state"; state: SearchState; idle: boolean }
  | { is: "remade"; why: "damaged" | "another-database" }

/** Queries wait no longer than this for what is being read. */
const SLICE_MS = 40
/** A transaction is open no longer than this, or until somebody asks. */
const COMMIT_MS = 500
const REMAKE_MOST = 2
/** What could not be done, on a full disk mostly, is tried again after so long. */
const AGAIN_MS = 3000

/**
 * Of this thread alone on Linux (setpriority(2), "C library/kernel differences"): what comes in goes before, the index
 * reads on with what is left, and catches up when nothing comes.
 */
const YIELDING = 5
if (process.platform === "linux") setPriority(0, YIELDING)

const { path, database } = workerData as { path: string; database: string }
const file = searchFile(path, database)

let index = openDerived(file)
let forgetting = new Forgetting(index)
let rebuilding = false
let remade = 0
let working = false
let closed = false
let begun: number | null = null
/** Another try is on its way. */
let awaited = false
const settling: number[] = []

if (!fits(index)) remake("another-database")
work() // what the thread before could not do

parentPort?.on("message", (order: Order) => {
  if (order.is === "close") close()
  else if (order.is === "wake") work()
  else if (order.is === "settle") {
    settling.push(order.id)
    commitIfRoom() // what is read from now on is of now
    work()
  } else answer(order)
})

function post(report: Report): void {
  parentPort?.postMessage(report)
}

/** One query; a file that proves damaged is made again, and what of it is there by then is the answer. */
function answer(order: Extract<Order, { given: unknown }>): void {
  const { id } = order
  try {
    const found = repaired(() => {
      commitIfRoom() // what was erased since the transaction began must not show
      return answerTo(order)
    })
    post({ is: "answer", id, answer: found })
  } catch (error) {
    post({ is: "failure", id, message: String(error) })
  }
}

function answerTo(order: Extract<Order, { given: unknown }>): unknown {
  switch (order.is) {
    case "find":
      return find(index, order.given)
    case "keys":
      return keys(index, order.given.query, order.given.most)
    case "names":
      return names(index, order.given)
    case "recent":
      return recent(index, order.given)
    case "referring":
      return referring(index, order.given.id, order.given)
    case "referringLabels":
      return referringLabels(index, order.given)
    case "referred":
      return referred(index, order.given)
    case "relations":
      return relations(index, order.given)
    case "relationPage":
      return relationPage(index, order.given)
    case "neighbourhood":
      return neighbourhood(index, order.given.ids, order.given)
    case "tallies":
      return tallies(index)
    case "seenAgain":
      return seenAgain(index, order.given)
  }
}

function repaired<T>(attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    if (!isDamaged(error) || remade >= REMAKE_MOST) throw error
    remake("damaged")
    return attempt()
  }
}

function remake(why: "damaged" | "another-database"): void {
  remade += 1
  rebuilding = true
  try {
    index.close()
  } catch {
    // Too damaged for a last word; it is thrown away.
  }
  removeDerived(path)
  index = openDerived(file)
  forgetting = new Forgetting(index)
  post({ is: "remade", why })
  work()
}

function work(): void {
  if (working || closed) return
  working = true
  setImmediate(slice)
}

/** Some of the work; then those who ask get their turn. */
function slice(): void {
  working = false
  if (closed) return
  try {
    const more = repaired(step)
    rebuilding &&= more
    post({ is: "state", state: { indexed: countIndexed(index), behind: countBehind(index), rebuilding }, idle: !more })
    if (more) work()
    else for (const id of settling.splice(0)) post({ is: "answer", id, answer: null })
  } catch (error) {
    takenBack()
    post({ is: "failure", id: null, message: String(error) })
    for (const id of settling.splice(0)) post({ is: "failure", id, message: String(error) })
  }
}

/** True if there is more to do. */
function step(): boolean {
  begun ??= monotonic()
  const more = readOn(index, SLICE_MS)
  if (more && monotonic() - begun < COMMIT_MS) return true
  commit()
  if (more) return true
  const owing = forgetting.workOn(SLICE_MS)
  commit()
  return owing
}

function commit(): void {
  begun = null
  index.commit()
}

/** Where the disk is full the transaction is taken back, and all that was committed before can be read. */
function commitIfRoom(): void {
  try {
    commit()
  } catch (error) {
    if (!isFull(error)) throw error
    takenBack()
  }
}

/** Nothing since the last commit is in the file: what was in the middle begins anew, after some seconds. */
function takenBack(): void {
  begun = null
  forgetting = new Forgetting(index)
  if (awaited) return
  awaited = true
  setTimeout(() => {
    awaited = false
    work()
  }, AGAIN_MS).unref()
}

function close(): void {
  closed = true
  index.close()
  parentPort?.close()
}
