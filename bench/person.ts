import { request } from "node:http"
import { gunzipSync } from "node:zlib"
import { systemClock } from "../src/kernel/time.ts"
import { codeAt } from "../test/support/one-time-code.ts"
import { comity, type RunningNode } from "./comity.ts"

const NAME = "bench"
const PASSWORD = "correct horse battery staple"

export type Shown = { status: number; bytes: number; text: string; cookie: string | null; milliseconds: number }

/** Somebody with a browser: opens pages under the node's name, with the session's cookie. */
export type Person = {
  open(path: string, form?: Record<string, string>): Promise<Shown>
  /** The same person at the same node after a restart. */
  at(node: RunningNode): Person
}

/** Signs in as a person would: with a password first, which opens nothing but adding a one-time code. */
export async function signIn(node: RunningNode): Promise<Person> {
  const roles = ["--role", "officer", "--admin"]
  await comity(["account", "add", NAME, ...roles, "--data", node.data], { COMITY_PASSWORD: PASSWORD })
  const person = browserOf(node, "")
  const { open } = person
  await open("/sign-in", { name: NAME, password: PASSWORD })
  const { text } = await open("/account/enrol")
  const secret = /name="secret" value="([A-Z2-7]+)"/.exec(text)?.[1] ?? ""
  await open("/account/enrol/code", { secret, code: codeAt(secret, systemClock.now()) })
  const { status } = await open("/")
  if (status !== 200) throw new Error(`nobody is signed in: ${status}`)
  return person
}

function browserOf({ port }: RunningNode, begun: string): Person {
  let cookie = begun
  return {
    async open(path, form) {
      const shown = await ask(port, path, cookie, form)
      if (shown.cookie !== null) cookie = shown.cookie
      return shown
    },
    at: (node) => browserOf(node, cookie),
  }
}

function ask(port: number, path: string, cookie: string, form?: Record<string, string>): Promise<Shown> {
  const host = `localhost:${port}`
  const common = { host, cookie, "accept-encoding": "gzip" }
  const headers = form === undefined ? common : { ...common, origin: `http://${host}`, "content-type": FORM }
  const { promise, resolve, reject } = Promise.withResolvers<Shown>()
  const start = performance.now()
  const asked = request({ host: "127.0.0.1", port, path, method: form === undefined ? "GET" : "POST", headers })
  asked.on("error", reject)
  asked.on("response", (answer) => {
    const chunks: Buffer[] = []
    answer.on("data", (chunk: Buffer) => chunks.push(chunk))
    answer.on("end", () => {
      const body = Buffer.concat(chunks)
      const milliseconds = performance.now() - start
      const packed = answer.headers["content-encoding"] === "gzip"
      const set = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? null
      const text = (packed ? gunzipSync(body) : body).toString("utf8")
      resolve({ status: answer.statusCode ?? 0, bytes: body.length, text, cookie: set, milliseconds })
    })
  })
  asked.end(form === undefined ? undefined : new URLSearchParams(form).toString())
  return promise
}

const FORM = "application/x-www-form-urlencoded"
