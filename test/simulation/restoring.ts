import sql from "sql-template-tag"
import { loadCollection, putShared } from "../../src/library/index.ts"
import type { Machine } from "./machine.ts"
import { attempt } from "./violation.ts"
import type { World } from "./world.ts"

/** The disk broke, and what there is of a copy is put in its place. The node is not started yet. */
export async function restore(world: World, machine: Machine): Promise<void> {
  const copy = world.backups.get(machine)
  if (copy === undefined) return
  // Nothing of before is on its way any more when a node comes back from a backup.
  world.network.letGo()
  await world.settle()
  world.network.forget(machine)
  await machine.stop()
  machine.restore(copy)
  world.unsettled.delete(machine)
  world.blur(machine)
}

/** A node that went back to a backup lets out whatever it has; while its logs are guarded, it must not. */
export async function releaseSomething(machine: Machine, pick: number): Promise<void> {
  await attempt(async () => {
    const { store } = machine.running()
    const collections = await store.all<{ id: string }>(
      sql`select id from collection where kind = 'shared' and party is null and closed_at is null order by key`,
    )
    const objects = await store.all<{ key: number }>(
      sql`select key from object where origin = 'own' and aside = 0 order by key`,
    )
    const [collection, object] = [collections[pick % Math.max(1, collections.length)], objects.at(-1 - (pick % 3))]
    if (collection === undefined || object === undefined) return
    await store.write(async (tx) => putShared(tx, await loadCollection(tx, collection.id), object.key))
  })
}
