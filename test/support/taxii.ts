import assert from "node:assert/strict"
import { type Answer, type CallOptions, call } from "./http.ts"
import { envelope, objectTexts, type Stix } from "./stix.ts"

export const MEDIA = "application/taxii+json;version=2.1"
export const API = "/taxii2/api/"

export type StatusDetail = { id: string; version: string; message?: string }
export type Status = {
  id: string
  status: string
  request_timestamp: string
  total_count: number
  success_count: number
  successes?: StatusDetail[]
  failure_count: number
  failures?: StatusDetail[]
  pending_count: number
  pendings?: StatusDetail[]
}
export type ManifestEntry = { id: string; date_added: string; version: string; media_type: string }
export type Page = { more?: boolean; next?: string; objects?: unknown[]; versions?: unknown[] }
export type TaxiiError = { title: string; http_status: string; error_id: string; error_code: string }
export type Collection = { id: string; title: string; can_read: boolean; can_write: boolean; media_types: string[] }

/** `accept: null` leaves the header out. */
export type TaxiiOptions = CallOptions & { accept?: string | null }

/** A TAXII client with one credential. Paths are relative to the API root unless they start with a slash. */
export type Taxii = {
  call(method: string, path: string, options?: TaxiiOptions): Promise<Answer>
  get(path: string, options?: TaxiiOptions): Promise<Answer>
  post(collection: string, body: string | Buffer, options?: TaxiiOptions): Promise<Answer>
  /** Posts and expects 202; the status resource. */
  add(collection: string, ...objects: (Stix | string)[]): Promise<Status>
  /** As `add`, and every object must have been taken. */
  put(collection: string, ...objects: (Stix | string)[]): Promise<Status>
  /** The texts of the objects on one page, exactly as sent over the wire. */
  texts(collection: string, query?: string): Promise<string[]>
  objects(collection: string, query?: string): Promise<Stix[]>
  manifest(collection: string, query?: string): Promise<ManifestEntry[]>
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`
}

/** `origin` is asked at each call: a node that restarts has another port. */
export function taxii(origin: () => string, authorization: string | null): Taxii {
  const ask: Taxii["call"] = (method, path, { accept = MEDIA, headers = {}, ...rest } = {}) =>
    call(method, origin() + (path.startsWith("/") ? path : API + path), {
      ...rest,
      headers: { ...(authorization ? { authorization } : {}), ...(accept ? { accept } : {}), ...headers },
    })
  const get: Taxii["get"] = (path, options) => ask("GET", path, options)
  const post: Taxii["post"] = (collection, body, options = {}) =>
    ask("POST", `collections/${collection}/objects/`, {
      ...options,
      headers: { "content-type": MEDIA, ...options.headers },
      body,
    })
  const add: Taxii["add"] = async (collection, ...objects) => {
    const answer = await post(collection, envelope(...objects))
    assert.equal(answer.status, 202, answer.text)
    return answer.json<Status>()
  }
  const texts: Taxii["texts"] = async (collection, query = "") =>
    objectTexts((await fine(get(`collections/${collection}/objects/${query}`))).text)
  return {
    call: ask,
    get,
    post,
    add,
    texts,
    put: async (collection, ...objects) => {
      const status = await add(collection, ...objects)
      assert.equal(status.success_count, objects.length, JSON.stringify(status.failures))
      return status
    },
    objects: async (collection, query) => (await texts(collection, query)).map((found) => JSON.parse(found) as Stix),
    manifest: async (collection, query = "") =>
      ((await fine(get(`collections/${collection}/manifest/${query}`))).json<Page>().objects ?? []) as ManifestEntry[],
  }
}

async function fine(answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer
  assert.equal(status, 200, text)
  return answer
}

/** Follows `next` to the end, one page at a time; `query` starts with `?`. Each page of a walk is checked on the way. */
export async function walk(client: Taxii, path: string, query: string): Promise<Page[]> {
  const pages: Page[] = []
  for (let next: string | undefined; ; ) {
    const answer = await client.get(path + query + (next === undefined ? "" : `&next=${encodeURIComponent(next)}`))
    assert.equal(answer.status, 200, answer.text)
    const page = answer.json<Page>()
    pages.push(page)
    assert.ok(pages.length < 1000, "paging does not end")
    if (!page.more) return pages
    assert.ok(page.next, "more without next: the client cannot go on")
    next = page.next
  }
}

/** The exact texts of everything in a collection, page by page, by id. */
export async function allTexts(client: Taxii, collection: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (let next: string | undefined; ; ) {
    const query = `?limit=1000${next === undefined ? "" : `&next=${encodeURIComponent(next)}`}`
    const answer = await fine(client.get(`collections/${collection}/objects/${query}`))
    for (const one of objectTexts(answer.text)) found.set((JSON.parse(one) as Stix).id, one)
    const page = answer.json<Page>()
    if (!page.more) return found
    next = page.next
  }
}

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function assertUuid4(value: string): void {
  assert.match(value, UUID4)
}

/** TAXII 2.1 section 3.6.1: an error is a TAXII resource with a title and the status as text. */
export function assertTaxiiError(answer: Answer, status: number | number[]): void {
  assert.ok([status].flat().includes(answer.status), `${answer.status} instead of ${status}: ${answer.text}`)
  assert.equal(answer.headers["content-type"]?.replaceAll(" ", ""), MEDIA)
  const error = answer.json<TaxiiError>()
  assert.ok(error.title.length > 0)
  assert.equal(error.http_status, String(answer.status))
  assert.equal(typeof error.error_code, "string")
  assertUuid4(error.error_id)
}
