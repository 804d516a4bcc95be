import { newKeyPair, signerOf } from "../../../src/crypto/index.ts"
import { entryHash, parseNote, signNote } from "../../../src/ledger/index.ts"
import type { SentEntry } from "../../../src/library/index.ts"
import { decodePart, encodePart, type Part } from "../../../src/peering/feeds/format.ts"
import type { PeerAnswer, PeerMessage, PeerVerb, PeerVerbs } from "../../../src/peering/index.ts"
import type { Dice } from "../dice.ts"

/** What becomes of a part of a log before it is signed and sent. */
type Twist = (part: Part, dice: Dice, lies: Lies) => Part | Buffer

const without = (by: number | null) => (entry: SentEntry) => ({ ...entry, content: null, by })
const withEntries = (part: Part, entries: SentEntry[]): Part => ({ ...part, entries })
const one = (part: Part, dice: Dice, change: (entry: SentEntry) => SentEntry): Part => {
  const at = dice.below(Math.max(1, part.entries.length))
  return withEntries(
    part,
    part.entries.map((entry, i) => (i === at ? change(entry) : entry)),
  )
}

const TWISTS: Readonly<Record<string, Twist>> = {
  "withholds all": (part) => withEntries(part, part.entries.map(without(null))),
  "withholds one": (part, dice) => one(part, dice, without(null)),
  "blames an entry": (part, dice) => one(part, dice, without(dice.below(part.from + part.entries.length + 3))),
  "drops the last": (part) => withEntries(part, part.entries.slice(0, -1)),
  "swaps two": (part) => withEntries(part, renumbered([...part.entries].reverse(), part.from)),
  "sends one twice": (part) =>
    withEntries(
      part,
      renumbered(
        part.entries.flatMap((entry) => [entry, entry]),
        part.from,
      ),
    ),
  "changes a body": (part, dice) => one(part, dice, changedBody),
  "begins elsewhere": (part) => ({ ...part, from: part.from + 1, entries: renumbered(part.entries, part.from + 1) }),
  "shows an old checkpoint": (part, _, { old }) => ({ ...part, checkpoint: old ?? part.checkpoint }),
  "has another sign": (part) => ({ ...part, checkpoint: signedByAnother(part.checkpoint) }),
  "proves nothing": (part, dice) => ({
    ...part,
    proof: [dice.bytes(32)],
    continued: { root: dice.bytes(32), hashes: [dice.bytes(32)] },
  }),
  "counts wrongly": (part) =>
    Buffer.from(
      encodePart(part)
        .toString("latin1")
        .replace(/"count":\d+/, '"count":99'),
      "latin1",
    ),
  "sends noise": (_, dice) => dice.bytes(300),
  "cuts the end": (part) => encodePart(part).subarray(0, -7),
  "says more": (part) => Buffer.concat([encodePart(part), Buffer.from("{}\n")]),
}
export const TWIST_NAMES = Object.keys(TWISTS)

function renumbered(entries: readonly SentEntry[], from: number): SentEntry[] {
  return entries.map((entry, at) => ({ ...entry, seq: from + at }))
}

function changedBody(entry: SentEntry): SentEntry {
  if (entry.content === null) return entry
  return { ...entry, content: { ...entry.content, body: Buffer.from('{"type":"indicator","id":"x"}') } }
}

function signedByAnother(note: string): string {
  const { text } = parseNote(note)
  return signNote(text, { name: text.split("\n")[0] ?? "", signer: signerOf(newKeyPair()) })
}

/** What a hostile node remembers to lie with. */
export type Lies = { old: string | null }

/** Which answers of a hostile node are lies: the next ones to each party, in the order in which they were armed. */
export class Liar {
  readonly #armed = new Map<string, string[]>()
  readonly #lies: Lies = { old: null }
  dice: Dice

  constructor(dice: Dice) {
    this.dice = dice
  }

  arm(party: string, twist: string): void {
    this.#armed.set(party, [...(this.#armed.get(party) ?? []), twist])
  }

  /** The same verbs, told by somebody who lies. */
  twisted(verbs: PeerVerbs): PeerVerbs {
    const { pull, feeds } = verbs
    if (pull === undefined || feeds === undefined) throw new Error("the protocol has lost its verbs")
    const lying = (verb: PeerVerb, lie: (answer: PeerAnswer, message: PeerMessage) => PeerAnswer): PeerVerb => ({
      ...verb,
      handle: async (message) => lie(await verb.handle(message), message),
    })
    return {
      ...verbs,
      pull: lying(pull, (answer, { peer }) => this.#pull(answer, peer.party)),
      feeds: lying(feeds, (answer, { peer }) => this.#feeds(answer, peer.party)),
    }
  }

  #pull(answer: PeerAnswer, party: string): PeerAnswer {
    const part = decodePart(Buffer.from(answer.body), entryHash)
    const twist = TWISTS[this.#armed.get(party)?.shift() ?? ""]
    const told = twist === undefined ? part : twist(part, this.dice, this.#lies)
    this.#lies.old ??= part.checkpoint
    return { ...answer, body: Buffer.isBuffer(told) ? told : encodePart(told) }
  }

  /** A list that has every collection twice, of which one is somebody else's log. */
  #feeds(answer: PeerAnswer, party: string): PeerAnswer {
    const armed = this.#armed.get(party) ?? []
    const origin = /^claims (comity\/[0-9a-f]{32})$/.exec(armed[0] ?? "")?.[1]
    if (origin === undefined) return answer
    armed.shift()
    const said = JSON.parse(answer.body.toString()) as { v: number; feeds: { id: string }[] }
    const more = said.feeds.map((feed) => ({ ...feed, id: feed.id.replace(/^./, "e"), origin, size: 2 ** 50 }))
    return { ...answer, body: Buffer.from(JSON.stringify({ ...said, feeds: [...said.feeds, ...more] })) }
  }
}
