import { envelopes } from "../data.ts"
import { serveParent } from "../helper-process.ts"
import { type Answer, Connection } from "./connection.ts"
import type { Job, Outcome, Target } from "./jobs.ts"
import { haltProbe, probe } from "./probe.ts"
import { get, nextIn, post } from "./requests.ts"
import { count, newTally, outcomeOf } from "./tally.ts"

type Due = { keep: boolean; right(answer: Answer): boolean }

const FOUND: Due = { keep: false, right: (answer) => answer.status === 200 }
const NO_FAILURES = Buffer.from('"failure_count":0')
const ACCEPTED: Due = {
  keep: true,
  right: (answer) => answer.status === 202 && answer.body?.includes(NO_FAILURES) === true,
}

serveParent<Job, Outcome | null>((job) => {
  if (job.kind === "get") return runGets(job)
  if (job.kind === "post") return runPosts(job)
  if (job.kind === "walk") return walk(job.target, job.path)
  if (job.kind === "probe") return probe(job)
  return haltProbe()
})

function runGets(job: Extract<Job, { kind: "get" }>): Promise<Outcome> {
  const requests = job.paths.map((path) => get(job.target, path))
  return run(job.target.port, requests, job.first, job.count, job.clients, FOUND)
}

function runPosts(job: Extract<Job, { kind: "post" }>): Promise<Outcome> {
  const bodies = envelopes(job.source, job.first, job.count, job.envelope)
  const requests = bodies.map((body) => post(job.target, job.path, body))
  return run(job.target.port, requests, 0, requests.length, job.clients, ACCEPTED)
}

async function run(port: number, requests: Buffer[], first: number, total: number, clients: number, due: Due) {
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(port)))
  const tally = newTally()
  let taken = 0
  const work = async (connection: Connection) => {
    while (taken < total) {
      const request = requests[(first + taken++) % requests.length] as Buffer
      const start = performance.now()
      const answer = await connection.send(request, due.keep)
      count(tally, start, answer, due.right(answer))
    }
  }
  await Promise.all(connections.map(work))
  const outcome = outcomeOf(tally)
  for (const connection of connections) connection.close()
  return outcome
}

async function walk(target: Target, path: string): Promise<Outcome> {
  const connection = await Connection.open(target.port)
  const tally = newTally()
  for (let next: string | null = path; next !== null; ) {
    const start = performance.now()
    const answer = await connection.send(get(target, next), true)
    count(tally, start, answer, FOUND.right(answer))
    const cursor = nextIn(answer.body)
    next = cursor === null ? null : `${path}&next=${encodeURIComponent(cursor)}`
  }
  const outcome = outcomeOf(tally)
  connection.close()
  return outcome
}
