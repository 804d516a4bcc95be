import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { addPerson, type Ready } from "./person.ts"
import { comity, freePort, type Running, serve, stage } from "./processes.ts"

/** A team of the exercise. Names are invented, and say so. */
export type Profile = { key: string; name: string; kind: string; place: string; person: string }

export const PROFILES = {
  de: { key: "de", name: "EXERCISE Leuchtturm-CERT", kind: "government", place: "DE", person: "Frieda" },
  jp: { key: "jp", name: "EXERCISE Todai-CSIRT", kind: "government", place: "JP", person: "Haruka" },
  br: { key: "br", name: "EXERCISE CERT Farol", kind: "government", place: "BR", person: "Joana" },
  /** Of no country: Antarctica has a code (ISO 3166-1), and no government. */
  aq: { key: "aq", name: "EXERCISE Driftwood Collective", kind: "civil", place: "AQ", person: "Nemo" },
} as const satisfies Record<string, Profile>

const PASSWORD = "exercise exercise exercise"

export type Team = Profile & {
  data: string
  port: number
  url: string
  party: string
  start(): Promise<void>
  stop(): Promise<void>
  /** Runs a command at this team's node. */
  run(...args: string[]): Promise<unknown>
  /** What the team's database says; read beside the node. */
  read(query: string): Record<string, unknown>[]
  /** Looks again until the answer is there; throws after half a minute. */
  until(query: string, wanted: (rows: Record<string, unknown>[]) => boolean): Promise<number>
}

/** A node of its own in an empty folder, with its party named; it runs once `start` was called. */
export async function team(profile: Profile, folder: string = profile.key): Promise<Team> {
  const data = join(stage(), folder)
  const port = await freePort()
  let running: Running | null = null
  const run = (...args: string[]) => comity(data, args)
  const read = (query: string) => readFrom(data, query)
  const { name, kind, place } = profile
  const { id } = (await run("party", "set", name, "--kind", kind, "--place", place)) as { id: string }
  return {
    ...{ ...profile, data, port, url: `http://localhost:${port}`, party: id, run, read },
    async start() {
      running ??= await serve(data, port)
    },
    async stop() {
      await running?.stop()
      running = null
    },
    until: (query, wanted) => waitFor(() => read(query), wanted, `${profile.name}: ${query}`),
  }
}

export function person(of: Team): Promise<Ready> {
  return addPerson(of, of.person, PASSWORD)
}

function readFrom(data: string, query: string): Record<string, unknown>[] {
  const database = new DatabaseSync(join(data, "comity.db"), { readOnly: true })
  try {
    return database.prepare(query).all() as Record<string, unknown>[]
  } finally {
    database.close()
  }
}

const PATIENCE_MS = 30_000
const LOOK_MS = 20

/** Milliseconds that it took. */
async function waitFor<Seen>(look: () => Seen, wanted: (seen: Seen) => boolean, what: string): Promise<number> {
  const begun = performance.now()
  while (!wanted(look())) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error(`waited in vain: ${what}`)
    await pause(LOOK_MS)
  }
  return performance.now() - begun
}
