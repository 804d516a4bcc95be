import { createHmac } from "node:crypto"
import { request } from "node:http"
import { comity } from "./processes.ts"

const FORM = "application/x-www-form-urlencoded"

/** Somebody who may do everything at one node of the exercise: signed in there, and ready to be signed in as. */
export type Ready = {
  name: string
  password: string
  /** Base32; gives the one-time codes. */
  secret: string
  /** Opens a page of the node, or sends it a form. */
  visit(path: string, form?: Form): Promise<Answer>
}
/** Fields by their names, or as pairs where a name stands more than once. */
type Form = Readonly<Record<string, string>> | readonly (readonly [string, string])[]
export type Answer = {
  status: number
  /** Where it leads; empty if nowhere. */
  location: string
  body: string
}

/** Makes the account as an operator would, and adds its second factor as the person would, on the pages. */
export async function addPerson(at: { data: string; port: number }, name: string, password: string): Promise<Ready> {
  const roles = ["--role", "officer", "--admin"]
  await comity(at.data, ["account", "add", name, ...roles], { COMITY_PASSWORD: password })
  const cookie = { value: "" }
  const visit: Ready["visit"] = (path, form) => ask(at.port, cookie, path, form)
  await visit("/sign-in", { name, password })
  const { body } = await visit("/account/enrol")
  const secret = /name="secret" value="([A-Z2-7]+)"/.exec(body)?.[1]
  if (secret === undefined) throw new Error("the page for the second factor offers no secret")
  await visit("/account/enrol/code", { secret, code: codeNow(secret) })
  return { name, password, secret, visit }
}

/** What an authenticator app shows now, and for how many seconds still (RFC 6238). */
export function codeNow(secret: string): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const sum = createHmac("sha1", base32(secret)).update(counter).digest()
  const number = (sum.readUInt32BE((sum.at(-1) ?? 0) & 15) & 0x7fffffff) % 1_000_000
  return String(number).padStart(6, "0")
}

function base32(text: string): Buffer {
  const bits = [...text].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0"))
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)))
}

function ask(port: number, cookie: { value: string }, path: string, form?: Form): Promise<Answer> {
  const host = `localhost:${port}`
  const common = { host, cookie: cookie.value }
  const headers = form === undefined ? common : { ...common, origin: `http://${host}`, "content-type": FORM }
  return new Promise((resolve, reject) => {
    const method = form === undefined ? "GET" : "POST"
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
      const set = answer.headers["set-cookie"]?.[0]?.split(";")[0]
      if (set !== undefined) cookie.value = set
      const parts: Buffer[] = []
      answer.on("data", (part: Buffer) => parts.push(part))
      answer.on("end", () => {
        const { statusCode: status = 0, headers: said } = answer
        resolve({ status, location: said.location ?? "", body: Buffer.concat(parts).toString("utf8") })
      })
    })
    asked.on("error", reject)
    asked.end(form === undefined ? undefined : encoded(form))
  })
}

function encoded(form: Form): string {
  return new URLSearchParams(Array.isArray(form) ? form : Object.entries(form)).toString()
}
