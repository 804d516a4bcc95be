import assert from "node:assert/strict"
import { test } from "node:test"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { prepared } from "../../test/support/node-in-process.ts"
import { indicator } from "../../test/support/stix.ts"
import { PLAIN_TERMS } from "../../test/support/terms.ts"
import { addObjects, addShared, listCollections, loadCollection, putShared } from "../library/index.ts"
import { Courier, couriersOf } from "./index.ts"

const NEVER = 86_400

function courierOf(node: Member): Courier {
  return new Courier({ ...node.parts, couriers: couriersOf(), every: NEVER })
}

async function shareOne(federation: Federation, from: Member, ...to: Member[]): Promise<void> {
  const id = await addShared(
    from.store,
    { title: "S", alias: null, terms: PLAIN_TERMS, audience: to.map(({ party }) => party) },
    null,
  )
  await addObjects(from.store, await from.collection(), prepared(indicator()))
  federation.clock.forward(1_000_000)
  await from.store.write(async (tx) => {
    const [row] = await tx.all<{ key: number }>({ sql: "select max(key) as key from object", values: [] } as never)
    await putShared(tx, await loadCollection(tx, id), row?.key ?? 0)
  })
}

/** Looks again until it is so; the runner's own limit ends what never is. */
async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const received = async (node: Member) =>
  (await listCollections(node.store)).some(({ kind, size }) => kind === "received" && size > 0)

test("what is released is told and pulled without anybody asking", async (t) => {
  const federation = await testFederation(["fi", "jp"])
  const [fi, jp] = federation.members as [Member, Member]
  const couriers = [courierOf(fi), courierOf(jp)] as const
  t.after(async () => {
    for (const courier of couriers) await courier.close()
    await federation.close()
  })
  jp.woken.push = (peer) => {
    couriers[1].wake(peer)
    return 0
  }
  couriers[0].start()
  await shareOne(federation, fi, jp)
  await until(() => received(jp))
})

test("a partner that never answers holds up nobody else", async (t) => {
  const federation = await testFederation(["fi", "jp", "br"])
  const [fi, jp, br] = federation.members as [Member, Member, Member]
  let release: () => void = () => {}
  const silence = new Promise<void>((resolve) => {
    release = resolve
  })
  federation.wire = async ({ url }, pass) => {
    if (url.includes("jp.example")) await silence
    return pass()
  }
  const couriers = [courierOf(fi), courierOf(br)] as const
  br.woken.push = (peer) => {
    couriers[1].wake(peer)
    return 0
  }
  t.after(async () => {
    release()
    for (const courier of couriers) await courier.close()
    await federation.close()
  })
  couriers[0].start()
  await shareOne(federation, fi, jp, br)
  await until(() => received(br))
  assert.equal(await received(jp), false)
})
