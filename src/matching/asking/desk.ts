import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import { oneLine, type Peer } from "../../parties/index.ts"
import { bodyOf, enqueue } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { readItem } from "../items/types.ts"
import {
  type ContactRow,
  insertSubject,
  selectContact,
  selectContacts,
  selectSubject,
  selectSubjects,
  setContact,
  setSubjectEnded,
} from "./desk-queries.ts"
import type { DeskMessage } from "./message.ts"
import { type Contact, DESK_NAME_MOST, isAskable, type QuestionId, type Subject, type SubjectId } from "./model.ts"
import { insertAsked } from "./questioning.ts"

const SUBJECTS_MOST = 4096

/**
 * A desk of ours works on this; partners to whom our desks are open may find out that somebody does, and nothing more.
 * Throws `refused match.restricted`, `invalid match.item`, `invalid match.desk`, `too-large match.subjects-too-many`.
 */
export async function addSubject(
  store: Store,
  wish: { item: Buffer; desk: string },
  by: string | null,
): Promise<SubjectId> {
  const { type, end } = readItem(wish.item)
  if (!isAskable(type)) throw new ComityError("refused", "match.restricted")
  if (end !== wish.item.length) throw new ComityError("invalid", "match.item")
  const desk = oneLine(wish.desk)
  if (desk === "" || desk.length > DESK_NAME_MOST) {
    throw new ComityError("invalid", "match.desk", { most: DESK_NAME_MOST })
  }
  return store.write(async (tx) => {
    const open = await selectSubjects(tx, { open: true })
    if (open.length >= SUBJECTS_MOST) {
      throw new ComityError("too-large", "match.subjects-too-many", { most: SUBJECTS_MOST })
    }
    const known = open.find((one) => one.item.equals(wish.item) && one.desk === desk)
    if (known !== undefined) return known.id
    const id = newId("subject")
    await insertSubject(tx, { id, type, item: wish.item, desk, by })
    await record(tx, { what: "match.subject-added", by, facts: { subject: id, type } })
    return id
  })
}

/** Nobody here works on it any more. Throws `not-found match.subject-unknown`. */
export async function endSubject(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const subject = await selectSubject(tx, id)
    if (subject === null) throw new ComityError("not-found", "match.subject-unknown")
    if (subject.endedAt !== null) return
    await setSubjectEnded(tx, subject.key)
    await record(tx, { what: "match.subject-ended", by, facts: { subject: subject.id, type: subject.type } })
  })
}

/** What our desks work on. */
export async function listSubjects(reader: Reader): Promise<Subject[]> {
  return selectSubjects(reader, { open: true })
}

/**
 * Asks partners whether somebody there works on what our desks work on; `subjects` null: on any of it. Where it is so,
 * both sides are told that contact may be useful, and not who the other is. Throws `invalid match.items`, and what
 * `partnersOf` and `requireOpen` throw.
 */
export async function askDesks(
  store: Store,
  wish: { partners: readonly string[]; subjects: readonly string[] | null },
  by: string | null,
): Promise<QuestionId> {
  return store.write(async (tx) => {
    const all = await selectSubjects(tx, { open: true })
    const chosen = all.filter(({ id }) => wish.subjects === null || wish.subjects.includes(id))
    if (chosen.length === 0) throw new ComityError("invalid", "match.items", { most: SUBJECTS_MOST })
    const items = chosen.map(({ key, type, item }) => ({ type, item, subject: key }))
    return insertAsked(tx, { mode: "desk", partners: wish.partners, by }, items)
  })
}

/** The newest first. Of who the other side is nothing leaves this function before both consented. */
export async function listContacts(reader: Reader): Promise<Contact[]> {
  const subjects = new Map((await selectSubjects(reader, { open: false })).map((one) => [one.key, one]))
  return (await selectContacts(reader)).flatMap((row) => {
    const subject = subjects.get(row.subject)
    return subject === undefined ? [] : [contactOf(row, subject)]
  })
}

function contactOf(row: ContactRow, subject: Subject): Contact {
  const { key, id, side, createdAt, party, name, desk } = row
  const [ours, theirs] = [yesNo(row.ours), yesNo(row.theirs)]
  const named = ours === true && theirs === true && desk !== null ? { party, name, desk } : null
  return { key, id, side, subject, createdAt, ours, theirs, named }
}

function yesNo(value: number | null): boolean | null {
  return value === null ? null : value === 1
}

/**
 * A desk of ours says who it is, if the other one does too. Throws `not-found match.contact-unknown`,
 * `conflict match.contact-decided`.
 */
export async function consentToContact(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const contact = await undecided(tx, id)
    await setContact(tx, { ...contact, ours: 1 })
    await sayTo(tx, { key: contact.peer }, { v: 1, is: "consent", id: contact.id })
    await record(tx, { what: "match.contact-consented", by, facts: { contact: contact.id, side: "us" } })
    if (contact.theirs === 1) await nameUs(tx, contact)
  })
}

/** Both want it: the other desk is told which of ours it is. */
export async function nameUs(tx: Tx, contact: Pick<ContactRow, "id" | "peer" | "subjectId">): Promise<void> {
  const subject = await selectSubject(tx, contact.subjectId)
  await sayTo(tx, { key: contact.peer }, { v: 1, is: "named", id: contact.id, desk: subject?.desk ?? "" })
  await record(tx, { what: "match.contact-named", by: null, facts: { contact: contact.id } })
}

/** Stays unnamed, and the other side is told that nobody will say who it is. Throws as `consentToContact` does. */
export async function declineContact(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const contact = await undecided(tx, id)
    await setContact(tx, { ...contact, ours: 0 })
    await sayTo(tx, { key: contact.peer }, { v: 1, is: "decline", id: contact.id })
    await record(tx, { what: "match.contact-declined", by, facts: { contact: contact.id, side: "us" } })
  })
}

async function undecided(tx: Tx, id: string): Promise<ContactRow> {
  const contact = await selectContact(tx, id)
  if (contact === null) throw new ComityError("not-found", "match.contact-unknown")
  if (contact.ours !== null || contact.theirs === 0) throw new ComityError("conflict", "match.contact-decided")
  return contact
}

export async function sayTo(tx: Tx, peer: Pick<Peer, "key">, message: DeskMessage): Promise<void> {
  await enqueue(tx, peer, "match-desk", bodyOf(message))
}
