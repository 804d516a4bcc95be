import type { ChildProcess } from "node:child_process"
import { ended, startedHere } from "./workspace.ts"

type Reply<Outcome> = { outcome: Outcome } | { failure: string }

/** One of the bench's own programs in a process of its own, asked one thing after the other. */
export type Helper<Task, Outcome> = { pid: number; ask(task: Task): Promise<Outcome>; stop(): Promise<void> }

export function helper<Task extends object, Outcome>(file: string): Helper<Task, Outcome> {
  const child = startedHere(file)
  return {
    pid: child.pid ?? 0,
    ask: (task) => answerTo(child, file, task),
    stop: async () => void (await ended(child)),
  }
}

function answerTo<Outcome>(child: ChildProcess, file: string, task: object): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const exited = () => reject(new Error(`${file} ended`))
    child.once("exit", exited)
    child.once("message", (message) => {
      child.off("exit", exited)
      const reply = message as unknown as Reply<Outcome>
      if ("failure" in reply) reject(new Error(`${file}: ${reply.failure}`))
      else resolve(reply.outcome)
    })
    child.send(task, (error) => error && reject(error))
  })
}

/** The other side: answers each task that the parent sends, and ends with its parent. */
export function serveParent<Task, Outcome>(answer: (task: Task) => Promise<Outcome> | Outcome): void {
  process.on("disconnect", () => process.exit(0))
  process.on("message", async (task) => {
    const reply = await attempt(answer, task as Task)
    process.send?.(reply)
  })
}

async function attempt<Task, Outcome>(answer: (task: Task) => Promise<Outcome> | Outcome, task: Task) {
  try {
    return { outcome: await answer(task) }
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
