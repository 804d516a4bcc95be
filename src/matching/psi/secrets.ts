import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { derived, keystream, openBox, sealBox } from "../../crypto/ciphers/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import type { ItemType } from "../items/types.ts"
import { writeWhole } from "./files.ts"
import { DUMMY_BYTES, type Folder } from "./model.ts"

const ROOT_BYTES = 32

/** All that is secret in a run follows from 32 random bytes, which lie sealed in its folder: so work begun twice gives the same. */
export type Secrets = {
  /** By which points are hidden. */
  key: Buffer
  /** How the own list of a type is mixed. */
  order(type: ItemType): Buffer
  /** How what goes back of the partner's list is mixed. */
  seed(type: ItemType): { seed: Buffer; nonce: Buffer }
  /** Bytes for points that are no item; element `first` of the type's section and those after it. */
  uniform(type: ItemType, first: number, count: number): Buffer
  wipe(): void
}

/** Of a run whose list is being hidden: made unless they are here already. */
export async function makeSecrets(folder: Folder): Promise<Secrets> {
  const path = fileOf(folder)
  if (!existsSync(path)) {
    const sealing = sealingOf(folder)
    await writeWhole(path, sealBox(sealing, random(ROOT_BYTES), folder.run))
    sealing.fill(0)
  }
  return secretsOf(folder)
}

/** Throws `unavailable match.lost` where they are not here any more, or cannot be opened. */
export async function secretsOf(folder: Folder): Promise<Secrets> {
  const root = await rootOf(folder)
  const key = derived(root, folder.run, "key")
  const keys = [root, key]
  const made = (purpose: string) => {
    const one = derived(root, folder.run, purpose)
    keys.push(one)
    return one
  }
  return {
    key,
    order: (type) => made(`order ${type}`),
    seed: (type) => ({ seed: made(`seed ${type}`), nonce: made(`nonce ${type}`) }),
    uniform: (type, first, count) => keystream(made(`dummies ${type}`), first * DUMMY_BYTES, count * DUMMY_BYTES),
    wipe() {
      for (const one of keys) one.fill(0)
    },
  }
}

async function rootOf(folder: Folder): Promise<Buffer> {
  const sealing = sealingOf(folder)
  try {
    const box = await readFile(fileOf(folder)).catch(() => null)
    const root = box === null ? null : openBox(sealing, box, folder.run)
    if (root?.length !== ROOT_BYTES) throw new ComityError("unavailable", "match.lost")
    return root
  } finally {
    sealing.fill(0)
  }
}

function fileOf({ path }: Folder): string {
  return join(path, "secret")
}

function sealingOf({ secret, run }: Folder): Buffer {
  return derived(secret, run, "COMITY-PSI-v1-secret")
}
