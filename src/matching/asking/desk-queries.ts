import sql from "sql-template-tag"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { Contact, ContactId, Subject, SubjectId } from "./model.ts"

const columns = sql`key, id, type, item, desk, by, added_at as "addedAt", ended_at as "endedAt"`

type RawSubject = Omit<Subject, "item"> & { item: Uint8Array }

function subjectOf(row: RawSubject): Subject {
  return { ...row, item: Buffer.from(row.item) }
}

export async function selectSubjects(reader: Reader, { open }: { open: boolean }): Promise<Subject[]> {
  const rows = await reader.all<RawSubject>(
    sql`select ${columns} from match_subject where ${Number(open)} = 0 or ended_at is null order by key`,
  )
  return rows.map(subjectOf)
}

export async function selectSubject(reader: Reader, id: string): Promise<Subject | null> {
  const row = await reader.get<RawSubject>(sql`select ${columns} from match_subject where id = ${id}`)
  return row === undefined ? null : subjectOf(row)
}

export async function insertSubject(
  tx: Tx,
  { id, type, item, desk, by }: Pick<Subject, "id" | "type" | "item" | "desk" | "by">,
): Promise<void> {
  await tx.run(
    sql`insert into match_subject (id, type, item, desk, by, added_at)
        values (${id}, ${type}, ${item}, ${desk}, ${by}, ${tx.now})`,
  )
}

export async function setSubjectEnded(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`update match_subject set ended_at = ${tx.now} where key = ${key}`)
}

/** With everything that the store knows of it; who the other side is, is for nobody before both consented. */
export type ContactRow = Omit<Contact, "subject" | "named" | "ours" | "theirs"> & {
  peer: number
  party: PartyId
  name: string
  subject: number
  subjectId: SubjectId
  ours: number | null
  theirs: number | null
  desk: string | null
}

const contactColumns = sql`c.key, c.id, c.side, c.peer, p.party, p.name, c.subject, s.id as "subjectId", c.ours, c.theirs,
  c.desk, c.created_at as "createdAt"`

export async function selectContacts(reader: Reader): Promise<ContactRow[]> {
  return reader.all<ContactRow>(
    sql`select ${contactColumns} from match_contact c join peer p on p.key = c.peer
          join match_subject s on s.key = c.subject order by c.key desc limit 500`,
  )
}

export async function selectContact(reader: Reader, id: string): Promise<ContactRow | null> {
  const row = await reader.get<ContactRow>(
    sql`select ${contactColumns} from match_contact c join peer p on p.key = c.peer
          join match_subject s on s.key = c.subject where c.id = ${id}`,
  )
  return row ?? null
}

/** Whether the same two desks know of each other already. */
export async function hasContact(reader: Reader, peer: number, subject: number): Promise<boolean> {
  const row = await reader.get(
    sql`select 1 as found from match_contact where peer = ${peer} and subject = ${subject} limit 1`,
  )
  return row !== undefined
}

export type FreshContact = { id: ContactId; side: Contact["side"]; peer: number; subject: number }

/** False if there is one of that id. */
export async function insertContact(tx: Tx, { id, side, peer, subject }: FreshContact): Promise<boolean> {
  const inserted = await tx.run(
    sql`insert into match_contact (id, side, peer, subject, created_at)
        values (${id}, ${side}, ${peer}, ${subject}, ${tx.now}) on conflict do nothing`,
  )
  return inserted === 1
}

export async function setContact(
  tx: Tx,
  { key, ours, theirs, desk }: Pick<ContactRow, "key" | "ours" | "theirs" | "desk">,
): Promise<void> {
  await tx.run(sql`update match_contact set ours = ${ours}, theirs = ${theirs}, desk = ${desk} where key = ${key}`)
}

/** Contacts about which somebody here has to say something. */
export async function countContactsWaiting(reader: Reader): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from match_contact where ours is null and (theirs is null or theirs = 1)`,
  )
  return row?.number ?? 0
}
