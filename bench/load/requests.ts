import type { Target } from "./jobs.ts"

const MEDIA_TYPE = "application/taxii+json;version=2.1"
/** `next` stands before or after the objects; nothing between them is looked at. */
const MARGIN = 400

export function get(target: Target, path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${common(target)}\r\n`)
}

export function post(target: Target, path: string, body: Buffer): Buffer {
  const head = `POST ${path} HTTP/1.1\r\n${common(target)}Content-Type: ${MEDIA_TYPE}\r\n`
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body])
}

/** The cursor of a page, without parsing the page; null on the last one. */
export function nextIn(body: Buffer | null): string | null {
  if (!body) return null
  const start = body.toString("latin1", 0, MARGIN)
  const end = body.toString("latin1", Math.max(0, body.length - MARGIN))
  const head = start.split('"objects":')[0] ?? ""
  const tail = end.slice(end.lastIndexOf("]"))
  return /"next":"([^"]+)"/.exec(`${head} ${tail}`)?.[1] ?? null
}

function common(target: Target): string {
  return `Host: 127.0.0.1:${target.port}\r\nAccept: ${MEDIA_TYPE}\r\nAuthorization: ${target.authorization}\r\n`
}
