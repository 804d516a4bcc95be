import { join } from "node:path"
import type { Couriers, PeeringParts, PeerVerbs } from "../../peering/index.ts"
import type { AnsweringParts } from "./answering.ts"
import type { Bench } from "./bench.ts"
import { Answering, type GatherFor } from "./following.ts"
import { Questions } from "./questions.ts"
import { askingCouriers, askingVerbs } from "./verbs.ts"

export type AskingParts = PeeringParts & {
  /** Where matching keeps its files. */
  folder: string
  /** 32 bytes of the node. */
  secret: Uint8Array
  gather: GatherFor
  /** `quick`: for what somebody waits for; `slow`: for making tags of whole lists. */
  benches: { quick: Bench; slow: Bench }
}

/** Everything about single items that works by itself: both sides of it. */
export type Asking = {
  answering: Answering
  questions: Questions
  verbs: PeerVerbs
  couriers: Couriers
  start(): void
  close(): Promise<void>
}

export function openAsking(parts: AskingParts): Asking {
  const { benches, folder } = parts
  const answering = new Answering({ ...parts, bench: benches.slow })
  const logOf = (epoch: string) => join(folder, "held", epoch)
  const questions = new Questions({ ...parts, bench: benches.quick, logOf })
  const answers: AnsweringParts = {
    store: parts.store,
    bench: benches.quick,
    folderOf: (epoch) => answering.folderOf(epoch),
    unseal: (epoch, sealed) => answering.unseal(epoch, sealed),
  }
  return {
    ...{ answering, questions, verbs: askingVerbs(answers, (peer) => questions.wake(peer)), couriers: askingCouriers },
    start() {
      answering.start()
      questions.start()
    },
    async close() {
      await questions.close()
      await answering.close()
      await benches.quick.close()
      await benches.slow.close()
    },
  }
}
