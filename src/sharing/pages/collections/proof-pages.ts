import { readFileSync } from "node:fs"
import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  copyable,
  facts,
  type Html,
  html,
  type Piece,
  type Reply,
  reply,
  section,
  shortId,
  visible,
} from "../../../http/index.ts"
import { findLog, parseCheckpoint, parseNote, proofBundle, verifierProgram } from "../../../ledger/index.ts"
import { type Collection, type LogOwner, type ObjectProof, ownerOfLog, proveObject } from "../../../library/index.ts"
import { reference } from "../named.ts"
import { type CollectionParts, collectionOfVisit, collectionPath, safeFileName } from "./parts.ts"

/** That an object stands in a collection, for anybody to check without this node. */
export function proofPages(parts: CollectionParts): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/share/collections/:id/objects/:object/proof", who: "role:reader" },
      handle: async (visit) => page(parts, visit, await found(parts, visit)),
    },
    {
      ...{ method: "GET", path: "/share/collections/:id/proof/:object", who: "role:reader" },
      handle: async (visit) => proofFile(await found(parts, visit)),
    },
    {
      ...{ method: "GET", path: "/share/collections/:id/evidence/:object", who: "role:reader" },
      handle: async (visit) => evidenceFile(await found(parts, visit)),
    },
    {
      ...{ method: "GET", path: "/share/verify.py", who: "role:reader" },
      handle: async () => download("text/x-python; charset=utf-8", "verify.py", readFileSync(verifierProgram)),
    },
  ]
}

type Found = { collection: Collection; id: string; owner: LogOwner; vkey: string; proof: ObjectProof }

/** Throws `not-found object.unknown` for what this collection does not hold. */
async function found(parts: CollectionParts, visit: Visit): Promise<Found> {
  const collection = await collectionOfVisit(parts, visit)
  const id = visit.ask.params.object ?? ""
  const { checkpoint } = await findLog(parts.store, collection.log)
  const proof = await proveObject(parts.store, collection, id)
  const owner = await ownerOfLog(parts.store, collection, checkpoint)
  return { collection, id, owner, vkey: owner.vkey, proof }
}

async function page(parts: CollectionParts, visit: Visit, one: Found): Promise<Reply> {
  const { t, format } = visit
  const { collection, id, proof, vkey } = one
  const home = collectionPath(collection)
  const names = await parts.search.names([id])
  const checkpoint = proof.proof.slice(proof.proof.indexOf("\n\n") + 2)
  const { size } = parseCheckpoint(parseNote(checkpoint).text)
  return visit.page({
    title: t("proof.title"),
    place: "collections",
    body: html`<p>${t("proof.what", { seq: format.number(proof.seq), size: format.number(size) })}</p>
${facts([
  [t("entry.object"), reference(t, id, names.get(id))],
  [t("conflict.collection"), html`<a href="${home}">${visible(collection.title)}</a>`],
  [t("entry.number"), html`<a href="${home}?from=${proof.seq}#log">${format.number(proof.seq)}</a>`],
  [t("conflict.id"), shortId(t, id)],
])}${steps(visit, one)}${ingredients(visit, proof, vkey)}<p><a href="${home}">${t("conflict.to-collection")}</a></p>`,
  })
}

/** What somebody does who does not trust this node. */
function steps({ t }: Visit, { collection, id }: Found): Html {
  const object = encodeURIComponent(id)
  const home = collectionPath(collection)
  const command = `python3 verify.py ${fileName(id, "proof.json")}`
  return section(
    t("proof.steps"),
    html`<ol><li>${t("proof.step-files")} <a href="/share/verify.py" download>verify.py</a>, <a href="${home}/evidence/${object}" download>${fileName(id, "proof.json")}</a></li>
<li>${t("proof.step-run")} ${copyable(t, command, command)}</li><li>${t("proof.step-compare")}</li></ol>
<p><a href="${home}/proof/${object}" download>${t("proof.get-standard")}</a></p><p class="quiet">${t("proof.standard-what")}</p>`,
  )
}

function ingredients({ t }: Visit, { leaf, salt, header }: ObjectProof, vkey: string): Html {
  const whole = (text: string): Piece => copyable(t, text, text)
  return section(
    t("proof.parts"),
    html`<p>${t("proof.formula")}</p>${facts([
      [t("collections.vkey"), whole(vkey)],
      [t("proof.leaf"), whole(leaf.toString("utf8"))],
      [t("proof.salt"), whole(salt.toString("base64"))],
      [t("proof.header"), whole(header)],
    ])}`,
  )
}

function proofFile({ id, proof }: Found): Reply {
  return download("text/plain; charset=utf-8", fileName(id, "tlog-proof"), Buffer.from(proof.proof))
}

function evidenceFile({ id, proof, owner: { vkey, party, statements } }: Found): Reply {
  const bundle = proofBundle({ ...proof, vkey, keys: statements, party })
  return download("application/json", fileName(id, "proof.json"), Buffer.from(bundle))
}

function fileName(id: string, ending: string): string {
  return `${safeFileName(id)}.${ending}`
}

function download(type: string, name: string, bytes: Buffer): Reply {
  return reply(type, bytes, 200, {
    "cache-control": "no-store",
    "content-disposition": `attachment; filename="${name}"`,
    "content-security-policy": "default-src 'none'; sandbox",
  })
}
