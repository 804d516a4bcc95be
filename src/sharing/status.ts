import { knows, type Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { formatInstant } from "../kernel/time.ts"
import { type Added, type Prepared, type Rejected, readNames, versionShown } from "../library/index.ts"
import type { Reader } from "../store/index.ts"
import type { Failure, StatusRow, Success } from "./queries.ts"

const ID_MOST = 256

/** What became of each object, in the order of the request's accepted and then its rejected ones. */
export function outcomesOf(
  objects: readonly Prepared[],
  added: readonly Added[],
  rejected: readonly Rejected[],
  requestedAt: string,
): { successes: Success[]; failures: Failure[] } {
  const successes: Success[] = []
  const failures: Failure[] = []
  for (const [i, outcome] of added.entries()) {
    const object = objects[i] as Prepared
    const warning = (outcome.is === "accepted" ? outcome.warning : undefined) ?? object.warnings[0]
    if (outcome.is === "conflict") {
      const version = object.stamp ?? requestedAt
      failures.push({ id: object.id, version, code: `object.conflict-${outcome.reason}`, at: "" })
    } else {
      successes.push(warning === undefined ? outcome.object : [outcome.object, warning.code, warning.at])
    }
  }
  for (const { id, position, code, at } of rejected) {
    const name = id === null ? `object-${position + 1}` : id.slice(0, ID_MOST)
    failures.push({ id: name, version: requestedAt, code, at })
  }
  return { successes, failures }
}

/** The status resource (TAXII 2.1 section 4.3.1). Objects erased since are counted but no longer named. */
export async function statusResource(reader: Reader, row: StatusRow, t: Translate): Promise<{ [key: string]: Json }> {
  const kept = row.successes.map((one) =>
    typeof one === "number" ? { object: one } : { object: one[0], warning: one },
  )
  const entries = await readNames(
    reader,
    row.collection,
    kept.map(({ object }) => object),
  )
  const names = new Map(entries.map((entry) => [entry.object, entry]))
  const successes = kept.flatMap(({ object, warning }) => {
    const entry = names.get(object)
    if (entry === undefined) return []
    const message = warning === undefined ? {} : { message: problem(t, warning[1], warning[2]) }
    return [{ id: entry.id, version: versionShown(entry), ...message }]
  })
  const failures = row.failures.map(({ id, version, code, at }) => ({ id, version, message: problem(t, code, at) }))
  return {
    id: row.id,
    status: "complete",
    request_timestamp: formatInstant(row.requestedAt),
    total_count: row.total,
    success_count: row.successes.length,
    ...(successes.length > 0 ? { successes } : {}),
    failure_count: failures.length,
    ...(failures.length > 0 ? { failures } : {}),
    pending_count: 0,
  }
}

/** The sentence of a finding's or fault's code, with the place in the object in front. */
export function problem(t: Translate, code: string, at: string): string {
  const sentence = t(knows("en", `problem.${code}`) ? `problem.${code}` : "problem.other", { code })
  return at === "" ? sentence : `${at}: ${sentence}`
}
