import { EARLY, indicator, type Stix, stixId, text } from "./stix.ts"

/** Something a careless or hostile sender might put among good objects. `id` is what must never become visible. */
export type BadObject = { name: string; id: string; bytes: Buffer }

/** Objects that must fail alone (STIX 2.1, RFC 7493), each still a bracketed JSON value, so that its end can be found. */
export function badObjects(): BadObject[] {
  return [
    ...Object.entries(texts()).map(([name, make]) => named(name, make)),
    ...Object.entries(encodings()).map(([name, bytes]) => named(name, (id) => spliced(id, bytes))),
  ]
}

function named(name: string, make: (id: string) => string | Buffer): BadObject {
  const id = stixId("indicator")
  return { name, id, bytes: Buffer.from(make(id)) }
}

/** An indicator with this id whose member `x` is the given text. */
function withValue(id: string, value: string): string {
  return text(indicator({ id, x: 0 })).replace('"x":0', `"x":${value}`)
}

function changed(id: string, changes: Partial<Stix>): string {
  return text(indicator({ id, ...changes }))
}

function texts(): Record<string, (id: string) => string> {
  return {
    "lists nested 100,000 deep": (id) => withValue(id, "[".repeat(100_000) + "]".repeat(100_000)),
    "objects nested 100 deep": (id) => withValue(id, `${'{"a":'.repeat(100)}1${"}".repeat(100)}`),
    "a list of 200,000 values": (id) => withValue(id, `[${"0,".repeat(200_000)}0]`),
    "the number 1e400": (id) => withValue(id, "1e400"),
    "the number -1e400": (id) => withValue(id, "-1e400"),
    "an integer beyond 2^53": (id) => withValue(id, "9007199254740993"),
    "a number with a leading zero": (id) => withValue(id, "01"),
    "the word NaN": (id) => withValue(id, "NaN"),
    "a comment": (id) => withValue(id, "0/* here */"),
    "a member called __proto__": (id) => withValue(id, '{"__proto__":{"admin":true}}'),
    "a member called __proto__ in disguise": (id) => withValue(id, '{"\\u005f_proto__":{"admin":true}}'),
    "the same member twice": (id) => withValue(id, '1,"x":2'),
    "the same member twice in disguise": (id) => withValue(id, '1,"\\u0078":2'),
    "two ids": (id) => withValue(id, `1,"id":"${stixId("indicator")}"`),
    "a lone surrogate": (id) => withValue(id, '"\\ud83d"'),
    "surrogates in the wrong order": (id) => withValue(id, '"\\ude00\\ud83d"'),
    "a bare line feed in a string": (id) => withValue(id, '"a\nb"'),
    "a NUL in a string": (id) => withValue(id, '"a\u0000b"'),
    "an unknown escape": (id) => withValue(id, '"\\x41"'),
    "an id of another type": (id) => changed(id, { type: "malware" }),
    "an id with braces for a UUID": (id) => changed(id, { id: "indicator--{b}" }),
    "an id that is a number": (id) => changed(id, { id: 5 as unknown as string }),
    "a type with blanks": (id) => changed(id, { type: "in dicator" }),
    "30 February": (id) => changed(id, { modified: "2021-02-30T00:00:00.000Z" }),
    "hour 25": (id) => changed(id, { modified: "2021-02-03T25:00:00.000Z" }),
    "a time with an offset": (id) => changed(id, { modified: "2021-02-03T00:00:00.000+01:00" }),
    "a time that is a number": (id) => changed(id, { created: 1_577_836_800 }),
    "modified before created": (id) => changed(id, { modified: "2019-01-01T00:00:00.000Z" }),
    "no created": (id) => changed(id, { created: undefined }),
    "a pattern that is a list": (id) => changed(id, { pattern: [EARLY] }),
    "STIX version 9.9": (id) => changed(id, { spec_version: "9.9" }),
    "a reference that is no id": (id) => changed(id, { created_by_ref: "me" }),
    "a marking that is an indicator": (id) => changed(id, { object_marking_refs: [stixId("indicator")] }),
  }
}

/** Byte sequences that UTF-8 forbids (RFC 3629 section 3). */
function encodings(): Record<string, number[]> {
  return {
    "a stray 0xFF byte": [0xff],
    "an overlong NUL": [0xc0, 0x80],
    "a surrogate in UTF-8": [0xed, 0xa0, 0x80],
    "a character beyond U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
    "a character cut short": [0xe2, 0x82],
  }
}

function spliced(id: string, bytes: number[]): Buffer {
  const [before = "", after = ""] = withValue(id, '"@"').split("@")
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
}

/** Whole bodies that are no list of objects; `good` is an object inside that must not become visible by a POST. */
export type BadBody = { name: string; body: Buffer }

export function badBodies(good: string): BadBody[] {
  const whole = `{"objects":[${good}]}`
  const bodies: Record<string, string | Buffer> = {
    "nothing at all": "",
    "cut off after an object": `{"objects":[${good}`,
    "cut off in a string": `{"objects":[${good},{"type":"indi`,
    "cut off before the last brace": whole.slice(0, -1),
    "text after the end": `${whole}x`,
    "two values": `${whole}${whole}`,
    "two lists of objects": `{"objects":[${good}],"objects":[]}`,
    "a comma too many": `{"objects":[${good},]}`,
    "a comma missing": `{"objects":[${good} ${good}]}`,
    "brackets that do not match": `{"objects":[${good}}]`,
    "a million opening brackets": "[".repeat(1_000_000),
    "a million opening objects": '{"a":'.repeat(1_000_000),
    "UTF-16": Buffer.from(whole, "utf16le"),
    "random bytes": Buffer.from("8c1f8b000f5a8e94", "hex"),
  }
  return Object.entries(bodies).map(([name, body]) => ({ name, body: Buffer.from(body) }))
}
