import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http"
import { helper, serveParent } from "../helper-process.ts"
import type { Target } from "../load/jobs.ts"

type Task =
  | { kind: "listen" }
  /** Fetches these pages from a node and from then on serves them in turn under `/name`, and nothing else. */
  | { kind: "capture"; name: string; from: Target; paths: readonly string[] }

type Page = { status: number; headers: string[]; body: Buffer }
type Rotation = { pages: Page[]; next: number }

/** The least that a server in this language can do: answer bytes that lie ready in memory. */
export type Bare = {
  target: Target
  pid: number
  /** Resolves to the path that serves the captured pages in turn, with the headers they had. */
  capture(name: string, from: Target, paths: readonly string[]): Promise<string>
  stop(): Promise<void>
}

export async function bareServer(): Promise<Bare> {
  const child = helper<Task, number>("./baselines/bare-server.ts")
  const port = await child.ask({ kind: "listen" })
  const capture = async (name: string, from: Target, paths: readonly string[]) => {
    await child.ask({ kind: "capture", name, from, paths })
    return `/${name}`
  }
  return { target: { port, authorization: "none" }, pid: child.pid, capture, stop: child.stop }
}

const rotations = new Map<string, Rotation>()
/** Written by `node:http` itself in each answer. */
const OWN_HEADERS = ["date", "connection", "keep-alive", "transfer-encoding"]

function answer(request: IncomingMessage, response: ServerResponse): void {
  const rotation = rotations.get(request.url ?? "")
  const page = rotation?.pages[rotation.next++ % rotation.pages.length]
  if (!page) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(page.status, page.headers)
  response.end(page.body)
}

function listen(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer(answer).listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })
}

function fetchPage({ port, authorization }: Target, path: string): Promise<Page> {
  const headers = { accept: "application/taxii+json;version=2.1", authorization }
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, headers }, async (response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      const body = Buffer.concat(parts)
      resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body })
    })
    request.on("error", reject)
  })
}

function headersOf(response: IncomingMessage): string[] {
  const raw = response.rawHeaders
  return raw.flatMap((name, at) =>
    at % 2 === 1 || OWN_HEADERS.includes(name.toLowerCase()) ? [] : [name, raw[at + 1] ?? ""],
  )
}

async function capture(task: Extract<Task, { kind: "capture" }>): Promise<number> {
  const pages: Page[] = []
  for (const path of task.paths) pages.push(await fetchPage(task.from, path))
  const bad = pages.find(({ status }) => status !== 200)
  if (bad) throw new Error(`${task.name}: the node answered ${bad.status}: ${bad.body.subarray(0, 300)}`)
  rotations.clear()
  rotations.set(`/${task.name}`, { pages, next: 0 })
  return pages.length
}

if (import.meta.main) serveParent<Task, number>((task) => (task.kind === "listen" ? listen() : capture(task)))
