import type { Visit } from "../accounts/index.ts"
import { copyable, facts, type Html, html, nothing, section, stateMark, table } from "../http/index.ts"
import type { KeyEvent } from "../ledger/index.ts"
import type { Fingerprint } from "../parties/index.ts"
import { digitsAloud, wordsAloud } from "../parties/index.ts"

/** What is known of the node's keys by anybody: by what it is recognised, and how its keys changed. */
export type KnownKeys = {
  /** Null until the node is set up. */
  fingerprint: Fingerprint | null
  /** In order; the first brought the first key. */
  history: readonly KeyEvent[]
}

const CHANGES = {
  incept: "keys.change-incept",
  rotate: "keys.change-rotate",
  revoke: "keys.change-revoke",
  recover: "keys.change-recover",
} as const

export function fingerprintSection({ t }: Visit, { fingerprint }: KnownKeys): Html {
  const shown =
    fingerprint === null
      ? html`<p>${t("keys.no-party")}</p>`
      : html`<p>${t("keys.fingerprint-how")}</p>${wordsAloud(fingerprint)}<h3>${t("keys.digits")}</h3>${digitsAloud(fingerprint)}`
  return section(t("keys.fingerprint"), shown)
}

/** Whether the node signs, with which key, and where the two others are. */
export function keyFacts({ t }: Visit, { history }: KnownKeys, offline: Html): Html {
  const current = currentIn(history)
  const signing = current === null ? stateMark("closed", t("keys.revoked")) : stateMark("open", t("keys.signs"))
  return facts([
    [t("keys.state"), signing],
    [t("keys.current"), current === null ? null : copyable(t, current, current)],
    [t("keys.offline"), offline],
  ])
}

export function historySection({ t, format }: Visit, { history }: KnownKeys): Html {
  return section(
    t("keys.history"),
    table({
      caption: t("keys.history"),
      columns: [
        { label: t("keys.when"), cell: ({ at }: KeyEvent) => format.time(at) },
        { label: t("keys.change"), cell: ({ type }: KeyEvent) => t(CHANGES[type]) },
        { label: t("keys.key"), kind: "mono", cell: ({ current }: KeyEvent) => current?.toString("base64") ?? null },
      ],
      rows: history.toReversed(),
      empty: nothing,
    }),
  )
}

/** The way to change keys; which command comes next hangs on how things stand. */
export function commandsSection({ t }: Visit, { history }: KnownKeys, sealed: boolean): Html {
  const line = (name: string, options = "") => {
    const text = `comity key ${name}${sealed ? " --offline FILE" : ""}${options}`
    return copyable(t, text, text)
  }
  const shown =
    currentIn(history) === null
      ? [html`<li>${t("keys.recover-when")} ${line("recover")}</li>`]
      : [
          html`<li>${t("keys.rotate-when")} ${line("rotate")}</li>`,
          html`<li>${t("keys.revoke-when")} ${line("revoke", " --stolen-since TIME")} ${t("keys.recover-when")} ${line("recover")}</li>`,
        ]
  return section(t("keys.by-command"), html`<p>${t("keys.by-command-why")}</p><ul>${shown}</ul>`)
}

function currentIn(history: readonly KeyEvent[]): string | null {
  return history.at(-1)?.current?.toString("base64") ?? null
}
