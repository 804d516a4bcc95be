import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  type Column,
  emptyState,
  facts,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { loadCollection } from "../../library/index.ts"
import type { Reader } from "../../store/index.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { confirmGuard, PEOPLE_NEEDED, standingOf } from "../guard/guarding.ts"
import { confirmationsOf, findGuard, type Guard, listGuards, type Witness, witnessesOf } from "../guard/queries.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"

const PLACE = "feeds"
const HOME = "/share/guard"
const Nothing = z.object({})

/** Own collections in which nothing is signed until those who cosigned them said that nothing is missing. */
export async function guardPage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const guards = await listGuards(store)
  const done = visit.ask.query.get("done")
  const said =
    done === "confirmed" ? notice(t("guard.one-more")) : done === "freed" ? notice(t("guard.freed")) : nothing
  const waiting = await Promise.all(guards.map((guard) => one(store, visit, guard)))
  const list = waiting.length === 0 ? emptyState(t("guard.none")) : html`${waiting}`
  const body = html`${said}<p>${t("guard.what")}</p><p>${t("guard.who")}</p>${list}<p class="quiet">${t("guard.not-covered")}</p>`
  return visit.page({ title: t("guard.title"), place: PLACE, body })
}

async function one(reader: Reader, visit: Visit, guard: Guard): Promise<Html> {
  const { t, format } = visit
  const witnesses = await witnessesOf(reader, guard.log)
  const { cosigners, agree, answered } = standingOf(witnesses, guard.size)
  const people = (await confirmationsOf(reader, guard.log)).length
  const missing = guard.missing === null ? null : checkpointIn(guard.missing).size
  const lost =
    missing === null
      ? nothing
      : notice(t("guard.missing", { size: format.number(missing), held: format.number(guard.size) }), "warning")
  const confirm =
    missing === null && visit.may(OFFICER)
      ? html`<p class="actions"><a class="button" href="${HOME}/${guard.id}/confirm">${t("guard.confirm")}</a></p>`
      : nothing
  const body = html`${lost}${facts([
    [t("guard.since"), format.time(guard.since)],
    [t("guard.entries"), format.number(guard.size)],
    [
      t("guard.answered"),
      t("guard.answered-of", { answered, cosigners, needed: Math.floor(cosigners / 2) + 1, agree }),
    ],
    [t("guard.people"), t("guard.people-of", { people, needed: PEOPLE_NEEDED })],
  ])}${table({ caption: t("guard.cosigners"), columns: columns(visit, guard), rows: witnesses, empty: nothing })}${confirm}`
  return section(html`<a href="/share/collections/${guard.id}">${visible(guard.title)}</a>`, body)
}

function columns(visit: Visit, guard: Guard): Column<Witness>[] {
  const { t, format } = visit
  return [
    {
      label: t("partner.name"),
      kind: "name",
      cell: ({ party, name }) => html`<a href="/share/partners/${party}">${visible(name ?? party)}</a>`,
    },
    { label: t("guard.answer"), cell: (row) => answer(visit, guard, row) },
    { label: t("guard.cosigned"), kind: "number", wide: true, cell: ({ cosigned }) => format.number(cosigned) },
    { label: t("guard.when"), kind: "quiet", wide: true, cell: ({ at }) => (at === null ? nothing : format.time(at)) },
  ]
}

function answer({ t, format }: Visit, { size: held }: Guard, { size, cosigned }: Witness): Html {
  if (size === null) return stateMark("unknown", t("guard.no-answer"))
  if (size < 0) return stateMark("unknown", t("guard.knows-nothing"))
  if (size > held) return stateMark("closed", t("guard.holds-more", { size: format.number(size) }))
  return stateMark("open", cosigned > 0 ? t("guard.nothing-newer") : t("guard.nothing-newer-uncosigned"))
}

async function loadGuard(reader: Reader, visit: Visit): Promise<Guard> {
  const { log } = await loadCollection(reader, visit.ask.params.collection ?? "")
  const guard = await findGuard(reader, log)
  if (guard?.guarded !== 1) throw new ComityError("not-found", "guard.none")
  return guard
}

/** What a person answers for, and what happens if it is not so. */
export async function confirmPage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const guard = await loadGuard(store, visit)
  const people = await confirmationsOf(store, guard.log)
  const mine = people.includes(visit.person().commitment) ? notice(t("guard.yours")) : nothing
  const body = html`<div class="decision">${mine}<ul><li>${t("guard.confirm-says")}</li><li>${t("guard.confirm-else")}</li><li>${t("guard.confirm-two", { needed: PEOPLE_NEEDED })}</li><li>${t("guard.confirm-ledger")}</li></ul>
<form method="post" action="${HOME}/${guard.id}/confirm">${actions(t("guard.confirm"), { href: HOME, label: t("guard.wait") }, "danger")}</form></div>`
  return visit.page({ title: t("guard.confirm-title", { title: visibleText(guard.title) }), place: PLACE, body })
}

export async function confirmed({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const { log } = await loadGuard(store, visit)
  const by = visit.person().commitment
  const people = await store.write((tx) => confirmGuard(tx, log, by))
  return visit.redirect(`${HOME}?done=${people < PEOPLE_NEEDED ? "confirmed" : "freed"}`)
}
