/** What somebody enters elsewhere so that a program there reaches a collection here. */
export type Recipe = {
  key: RecipeKey
  /** Run by a test exactly as printed; false: written after the other program's own documents and source. */
  tried: boolean
  /** Fields of a form over there, by the names that they have there. */
  fields: readonly (readonly [label: string, value: string])[]
  /** Lines to copy. */
  text: string | null
}

export type RecipeKey =
  | "curl-read"
  | "curl-write"
  | "python-read"
  | "python-write"
  | "opencti-feed"
  | "opencti-connector"
  | "misp"

export type Ingredients = {
  origin: string
  /** Id of the collection. */
  collection: string
  token: string
  right: { read: boolean; write: boolean }
}

const MEDIA = "application/taxii+json;version=2.1"

/** Only what the program's right allows. */
export function recipesFor(one: Ingredients): Recipe[] {
  const reading = [openctiFeed(one), openctiConnector(one), curlRead(one), pythonRead(one)]
  const writing = [misp(one), curlWrite(one), pythonWrite(one)]
  return [...(one.right.read ? reading : []), ...(one.right.write ? writing : [])]
}

function objectsAddress({ origin, collection }: Ingredients): string {
  return `${origin}/taxii2/api/collections/${collection}/objects/`
}

/** The token goes through a file of settings: arguments of a command are shown to everybody on the machine. */
function curlRead(one: Ingredients): Recipe {
  const lines = [
    "curl --silent --show-error --fail --config - <<'END'",
    `url = "${objectsAddress(one)}?limit=100"`,
    `header = "Accept: ${MEDIA}"`,
    `header = "Authorization: Bearer ${one.token}"`,
    "END",
  ]
  return { key: "curl-read", tried: true, fields: [], text: lines.join("\n") }
}

function curlWrite(one: Ingredients): Recipe {
  const lines = [
    "curl --silent --show-error --fail --config - --data-binary @envelope.json <<'END'",
    `url = "${objectsAddress(one)}"`,
    `header = "Accept: ${MEDIA}"`,
    `header = "Content-Type: ${MEDIA}"`,
    `header = "Authorization: Bearer ${one.token}"`,
    "END",
  ]
  return { key: "curl-write", tried: true, fields: [], text: lines.join("\n") }
}

function pythonHead(one: Ingredients): string[] {
  return [
    "import json",
    "import urllib.parse",
    "import urllib.request",
    "",
    `ADDRESS = "${objectsAddress(one)}"`,
    `MEDIA = "${MEDIA}"`,
    `HEADERS = {"Accept": MEDIA, "Authorization": "Bearer ${one.token}"}`,
    "",
  ]
}

function pythonRead(one: Ingredients): Recipe {
  const lines = [
    ...pythonHead(one),
    'query = {"limit": "1000"}',
    "while True:",
    '    request = urllib.request.Request(ADDRESS + "?" + urllib.parse.urlencode(query), headers=HEADERS)',
    "    with urllib.request.urlopen(request) as answer:",
    "        page = json.load(answer)",
    '    for one in page.get("objects", []):',
    '        print(one["type"], one["id"])',
    '    if not page.get("more"):',
    "        break",
    '    query["next"] = page["next"]',
  ]
  return { key: "python-read", tried: true, fields: [], text: lines.join("\n") }
}

function pythonWrite(one: Ingredients): Recipe {
  const lines = [
    ...pythonHead(one),
    'with open("envelope.json", "rb") as file:',
    "    body = file.read()",
    'request = urllib.request.Request(ADDRESS, data=body, headers={**HEADERS, "Content-Type": MEDIA})',
    "with urllib.request.urlopen(request) as answer:",
    "    status = json.load(answer)",
    'print(status["success_count"], "of", status["total_count"])',
  ]
  return { key: "python-write", tried: true, fields: [], text: lines.join("\n") }
}

/** OpenCTI's built-in ingestion (docs/usage/import/taxii-feed of OpenCTI): the API root, not the collection's address. */
function openctiFeed({ origin, collection, token }: Ingredients): Recipe {
  const fields = [
    ["TAXII server URL", `${origin}/taxii2/api`],
    ["TAXII version", "2.1"],
    ["TAXII Collection", collection],
    ["Authentication type", "Bearer token"],
    ["Token", token],
  ] as const
  return { key: "opencti-feed", tried: false, fields, text: null }
}

/**
 * OpenCTI's connector external-import/taxii2. Its own `use_token` sends the scheme `Token`, which is none that is
 * registered; a header of our own choice sends `Bearer`. It sees the collections that the program may read.
 */
function openctiConnector({ origin, token }: Ingredients): Recipe {
  const lines = [
    `TAXII2_DISCOVERY_URL=${origin}/taxii2/`,
    "TAXII2_V21=true",
    "TAXII2_USE_TOKEN=false",
    "TAXII2_USE_APIKEY=true",
    "TAXII2_APIKEY_KEY=Authorization",
    `TAXII2_APIKEY_VALUE=Bearer ${token}`,
    "TAXII2_COLLECTIONS=*.*",
    "TAXII2_VERIFY_SSL=true",
  ]
  return { key: "opencti-connector", tried: false, fields: [], text: lines.join("\n") }
}

/**
 * MISP's form in the versions that ask for a discovery URL and know bearer tokens. Earlier ones (MISP issue 9858) keep
 * only the last part of an API root's path, and so do not reach ours.
 */
function misp({ origin, collection, token }: Ingredients): Recipe {
  const fields = [
    ["Discovery URL", `${origin}/taxii2/`],
    ["Authentication Type", "Bearer"],
    ["Bearer Token", token],
    ["Collection", collection],
  ] as const
  return { key: "misp", tried: false, fields, text: null }
}
