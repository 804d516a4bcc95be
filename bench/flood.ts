import { connect, type Socket } from "node:net"
import { silent } from "../src/kernel/diagnostics.ts"
import { systemClock } from "../src/kernel/time.ts"
import { loadPeer } from "../src/parties/index.ts"
import { bodyOf, network, type PeeringParts, say } from "../src/peering/index.ts"
import type { Furnished } from "./partners.ts"

/** Ten times what the quota lets one peer ask for in a second. */
const PER_SECOND = 200
const EVERY_MS = 20
const HALF_OPEN = 500

/**
 * A partner that asks ten times as much as it may, with good signatures, and holds connections half open besides.
 * Ends when told; says how many of its requests were answered and how many refused.
 */
export function flood(from: Furnished, owner: Furnished): { stop(): Promise<{ answered: number; refused: number }> } {
  const stopped = new AbortController()
  const { signer } = from.node
  const parts: PeeringParts = {
    ...{
      store: from.node.store,
      clock: systemClock,
      diagnostics: silent,
      prepare: async () => [],
      recipients: async () => [],
    },
    self: { party: async () => from.party, endpoint: () => "", signer, cosigner: () => signer },
    send: network(() => ({ private: false, loopback: true }), stopped.signal),
  }
  let [answered, refused] = [0, 0]
  const ask = async () => {
    try {
      await say(parts, await loadPeer(parts.store, owner.party), "feeds", { body: bodyOf({ v: 1 }) })
      answered += 1
    } catch {
      refused += 1
    }
  }
  const timer = setInterval(() => {
    for (let i = 0; i < (PER_SECOND * EVERY_MS) / 1000; i++) void ask()
  }, EVERY_MS)
  const sockets = Array.from({ length: HALF_OPEN }, () => halfOpen(owner.port))
  return {
    async stop() {
      clearInterval(timer)
      stopped.abort()
      for (const socket of sockets) socket.destroy()
      return { answered, refused }
    },
  }
}

/** A request that never comes to its end. */
function halfOpen(port: number): Socket {
  const socket = connect(port, "127.0.0.1")
  socket.on("error", () => {})
  socket.write("POST /peer/v1/pull HTTP/1.1\r\nhost: localhost\r\n")
  return socket
}
