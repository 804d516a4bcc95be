import { createHash } from "node:crypto"
import { scoId, type Tlp, tlpMarkingId, uuidText } from "../../../src/stix/index.ts"
import type { Stix } from "../stix.ts"

/** Everything of the small world happened in 2026; a fixed date keeps pictures comparable. */
const CREATED = "2026-10-05T07:30:00.000Z"

/** Objects are known by a word, from which their id follows: `idOf("malware", "lantern-drop")`. */
export function idOf(type: string, word: string): string {
  return `${type}--${uuidText(createHash("sha256").update(`${type} ${word}`).digest(), 4)}`
}

/** Of whom it is and how far it may travel; `more` are the properties of its type. */
export type Origin = { by?: string; tlp?: Tlp; at?: string }

export function made(
  type: string,
  word: string,
  { by, tlp, at = CREATED }: Origin,
  more: Record<string, unknown>,
): Stix {
  return {
    ...{ type, spec_version: "2.1", id: idOf(type, word), created: at, modified: at },
    ...(by === undefined ? {} : { created_by_ref: idOf("identity", by) }),
    ...(tlp === undefined ? {} : { object_marking_refs: [tlpMarkingId(tlp)] }),
    ...more,
  }
}

/** The same object as changed later. */
export function changed(of: Stix, modified: string, more: Record<string, unknown>): Stix {
  return { ...of, modified, ...more }
}

/** An observable, with the id that its content prescribes (STIX 2.1 section 2.9). */
export function seen(type: string, content: Record<string, unknown>): Stix {
  const object = { type, spec_version: "2.1", ...content }
  return { ...object, id: scoId(object as Parameters<typeof scoId>[0]) ?? idOf(type, JSON.stringify(content)) } as Stix
}

export function related(from: Stix, kind: string, to: Stix, origin: Origin, more: Record<string, unknown> = {}): Stix {
  const refs = { relationship_type: kind, source_ref: from.id, target_ref: to.id }
  return made("relationship", `${from.id} ${kind} ${to.id}`, origin, { ...refs, ...more })
}

/** A technique of ATT&CK by its number and name. */
export function technique(number: string, name: string, phase: string): Stix {
  return made(
    "attack-pattern",
    number,
    {},
    {
      name,
      external_references: [
        {
          source_name: "mitre-attack",
          external_id: number,
          url: `https://attack.mitre.org/techniques/${number.replace(".", "/")}`,
        },
      ],
      kill_chain_phases: [{ kill_chain_name: "mitre-attack", phase_name: phase }],
    },
  )
}
