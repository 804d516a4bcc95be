import { randomUUID } from "node:crypto"
import { run, startNode, type TestNode } from "./node.ts"
import { basic, type Taxii, taxii } from "./taxii.ts"

export const PASSWORD = "correct horse battery staple"

/**
 * One started node for a whole test file, with a stock of empty collections and an account that may read and write
 * them all: starting is slow, so tests share the node and take a collection each.
 */
export type Scene = {
  node(): TestNode
  /** The client of the account `tester`, by name and password. */
  tester: Taxii
  /** A collection that no other test has seen. */
  collection(): string
  /** A client with a new token; each grant is `<collection>:r|w|rw`. */
  holder(...grants: string[]): Promise<Taxii>
  /** A client without credentials, or with a made-up header. */
  stranger(authorization?: string): Taxii
  /** Stops the node and starts it again on the same data, with other arguments if given. */
  restart(args?: string[]): Promise<void>
  stop(): Promise<void>
}

export async function openScene(options: { collections: number; args?: string[] }): Promise<Scene> {
  let node = await startNode({ args: options.args ?? [] })
  const origin = () => node.url
  const stock = Array.from({ length: options.collections }, () => randomUUID())
  await inBatches(stock, 4, (id, at) => run(["collection", "add", `Stock ${at}`, "--data", node.data, "--id", id]))
  await run(["account", "add", "tester", "--data", node.data, ...stock.flatMap((id) => ["--grant", `${id}:rw`])], {
    COMITY_PASSWORD: PASSWORD,
  })
  return {
    node: () => node,
    tester: taxii(origin, basic("tester", PASSWORD)),
    collection: () => stock.pop() ?? outOfStock(),
    holder: async (...grants) => {
      const args = ["token", "add", `t-${randomUUID()}`, "--data", node.data]
      return taxii(origin, `Bearer ${await run([...args, ...grants.flatMap((grant) => ["--grant", grant])])}`)
    },
    stranger: (authorization) => taxii(origin, authorization ?? null),
    restart: async (args = options.args ?? []) => {
      await node.stop()
      node = await startNode({ data: node.data, args })
    },
    stop: async () => void (await node.stop()),
  }
}

function outOfStock(): never {
  throw new Error("the scene was opened with too few collections")
}

async function inBatches<Item>(items: Item[], size: number, work: (item: Item, at: number) => Promise<unknown>) {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map((item, at) => work(item, start + at)))
  }
}
