// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the code that is changed

import { TERMS_FAULTS } from "./terms-faults.ts"

/** `file` is below `src`. */
export type Change = { file: string; find: string; put: string }

/**
 * Mistakes that somebody could make, each as the change of one place of `src`, and a seed whose history finds it. They
 * check the checker: what no planted fault can break is not tested. `lesson` is the invariant of the trust paper's section
 * 5 and, where there is one, the incident of section 6 that teaches it.
 */
export type PlantedFault = Change & {
  name: string
  lesson: string
  /** Where two places keep the same rule, the other one. */
  also?: Change
  seed: number
  /** The invariant that fails first. */
  breaks: string
}

const PEERING_FAULTS: readonly PlantedFault[] = [
  {
    name: "who left reads on",
    lesson: "I1, 18: who could see this",
    file: "library/shared/serving.ts",
    find: "if (!told && (await givenAt(reader, key, party, seq)) === null) hidden.add(seq)",
    put: "if (!told && (await givenAt(reader, key, party, seq)) === null) void seq",
    seed: 11,
    breaks: "I1",
  },
  {
    name: "who is no member of an audience reads all the same",
    lesson: "I1, 5: the key endpoint forgot the rights of what it belongs to",
    file: "peering/feeds/serving.ts",
    find: "await findMember(tx, collection.key, peer.party)",
    put: "(await findMember(tx, collection.key, peer.party)) ?? ({ party: peer.party, leftSize: null } as never)",
    seed: 5,
    breaks: "I8",
  },
  {
    name: "what was taken back is still handed out",
    lesson: "I1",
    file: "library/shared/queries.ts",
    find: "const object = kept ? sql`coalesce(e.object, e.kept)` : sql`e.object`",
    put: "const object = sql`coalesce(e.object, ${kept ? sql`e.kept` : sql`e.kept`})`",
    seed: 1,
    breaks: "I1",
  },
  {
    name: "a release does not ask whether its readers are partners",
    lesson: "I1, 2: validate the final state",
    file: "policy/release/against-facts.ts",
    find: "...(peer === null || isActive(peer) ? []",
    put: "...(peer === null || isActive(peer) || peer.state !== 'invited' ? []",
    seed: 12,
    breaks: "I1",
  },
  {
    name: "a mark above the ceiling does not withdraw",
    lesson: "I1",
    file: "library/shared/withdrawing.ts",
    find:
      "await setMarking(tx, place.object, marking)\n    told.push({ seq, about: place })\n" +
      "    if (change.withdrawn && served.includes(place)) await withdraw(tx, collection, place, seq)",
    put: "await setMarking(tx, place.object, marking)\n    told.push({ seq, about: place })",
    seed: 4,
    breaks: "I4",
  },
  {
    name: "a recalled version goes out again by accident",
    lesson: "I1",
    file: "policy/release/against-object.ts",
    find: "...(recalledAt !== null && !again ? [",
    put: "...(recalledAt !== null && !again && aside ? [",
    seed: 32,
    breaks: "I4",
  },
  {
    name: "marks are lowered where the same object is met again",
    lesson: "I2, 4: markings combine by join, never by any-of",
    file: "library/shared/mirroring.ts",
    find: "const marking = joinTlp(standing.marking, given)",
    put: "const marking = standing.marking",
    seed: 4,
    breaks: "I2",
  },
  {
    name: "a log goes on after a restored backup without a question",
    lesson: "I3",
    file: "peering/guard/guarding.ts",
    find: "for (const log of logs) await guard(tx, log)",
    put: "for (const log of []) await guard(tx, log)",
    seed: 79,
    breaks: "I3",
  },
  {
    name: "a write is acknowledged before it is durable",
    lesson: "I4",
    file: "store/store.ts",
    find: "      current = undefined\n      await this.#commit(tx)",
    put: "      current = undefined\n      for (const { job, value } of done) job.resolve(value)\n      await this.#commit(tx)",
    seed: 1,
    breaks: "I0",
  },
  {
    name: "entries are not held against what their owner signed",
    lesson: "I9, 15: one verifying path",
    file: "ledger/mirror.ts",
    find: 'return edge.root().equals(target.root) ? "whole" : "no"',
    put: 'return "whole"',
    seed: 124,
    breaks: "I9",
  },
  {
    name: "an entry without content needs no reason",
    lesson: "I5, 6: the receiver drops silently",
    file: "peering/feeds/pulling.ts",
    find: "requireReasons(part.entries, feed, target)",
    put: "",
    seed: 181,
    breaks: "I5",
  },
  {
    name: "erased bytes stay at who received them",
    lesson: "I5",
    file: "library/shared/mirroring.ts",
    find: "  await deleteUnheldObject(tx, target.object)\n",
    put: "",
    seed: 1,
    breaks: "I5",
  },
  {
    name: "the nonce of a message without effect is not stored",
    lesson: "I6",
    file: "peering/door.ts",
    find: "if (!admitted) await store.write(admit)",
    put: "",
    seed: 1,
    breaks: "I6",
  },
  {
    name: "a message counts however often it comes",
    lesson: "I6",
    file: "peering/queries.ts",
    find: "return taken === 1",
    put: "return taken <= 1",
    seed: 1,
    breaks: "I6",
  },
  {
    name: "who was served last is no recipient",
    lesson: "I7",
    file: "library/shared/queries.ts",
    find: "where collection = ${collection} and served > ${seq}\n",
    put: "where collection = ${collection} and served > ${seq} + 1\n",
    seed: 1,
    breaks: "I7",
  },
  {
    name: "who left is not told of a recall",
    lesson: "I7",
    file: "library/shared/queries.ts",
    find: "and (left_size is null or left_size > ${seq}) order by party",
    put: "and left_size is null order by party",
    seed: 3,
    breaks: "I7",
  },
  {
    name: "a recall leaves the listing as it was",
    lesson: "I7",
    file: "library/shared/mirroring.ts",
    find: "  await withdrawEntry(tx, collection.key, target.seq, by)\n",
    put: "",
    seed: 1,
    breaks: "I5",
  },
  {
    name: "a recalled object is still found by searching",
    lesson: "I7",
    file: "library/search/index-queries.ts",
    find: "cross join library.entry e on e.object = o.key\n        cross join place p",
    put: "cross join library.entry e on e.object = o.key or e.kept = o.key\n        cross join place p",
    also: {
      file: "library/search/find-queries.ts",
      find: "o.key = d.key and o.withdrawn = 0`",
      put: "o.key = d.key and o.withdrawn >= 0`",
    },
    seed: 1,
    breaks: "I7",
  },
  {
    name: "an unanswered recall does not turn red",
    lesson: "I7",
    file: "peering/receipt-queries.ts",
    find: "(r.state = 'due' and r.due_at < ${now})",
    put: "(r.state = 'due' and r.due_at > ${now})",
    seed: 1,
    breaks: "I7",
  },
  {
    name: "a receipt that a partner signs settles what another owes",
    lesson: "I9, 3: access to one thing is none to another",
    file: "peering/receipt-queries.ts",
    find: "where collection = ${of.collection} and seq = ${of.seq} and party = ${of.party} and kind",
    put: "where collection = ${of.collection} and seq = ${of.seq} and kind",
    seed: 1,
    breaks: "I9",
  },
  {
    name: "anybody makes new versions of anybody's objects",
    lesson: "I8, 1: authorise what is changed, not what is named",
    file: "library/model.ts",
    find: 'if (owned) return { is: "conflict", reason: "owner" }',
    put: "",
    seed: 19,
    breaks: "I8",
  },
  {
    name: "a contradiction is passed over",
    lesson: "I10",
    file: "library/shared/mirroring.ts",
    find: "if (aside) await insertConflict(tx, collection.key, object, verdict.reason)",
    put: "",
    seed: 76,
    breaks: "I10",
  },
  {
    name: "a signature is not checked",
    lesson: "I8, 13: identity is the key",
    file: "peering/signatures/envelope.ts",
    find: "keyidOf(publicKey) === sealed.keyid && verifySignature(publicKey, Buffer.from(sealed.base), sealed.signature)",
    put: "keyidOf(publicKey) === sealed.keyid",
    seed: 27,
    breaks: "I8",
  },
  {
    name: "a message for somebody else is taken",
    lesson: "I8, 15: sender and signer",
    file: "peering/signatures/request.ts",
    find: "if (to !== expected.to) throw",
    put: "if (to === from) throw",
    seed: 48,
    breaks: "I8",
  },
  {
    name: "two histories are no contradiction",
    lesson: "I11",
    file: "peering/evidence/comparing.ts",
    find: "return contradict(held, given, proof) ?",
    put: "return contradict(held, given, proof) && held.size < 0 ?",
    seed: 17,
    breaks: "I11",
  },
  {
    name: "nobody has to wait, however much is asked",
    lesson: "I12, 16: caps",
    file: "peering/quotas.ts",
    find: "if (account.tokens < 1 || account.underWay >= UNDER_WAY_MOST) throw slowDown()",
    put: "",
    seed: 10,
    breaks: "I12",
  },
]

export const FAULTS: readonly PlantedFault[] = [...PEERING_FAULTS, ...TERMS_FAULTS]
