import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"

/** Why faults cannot be injected on this machine, or null if they can. */
export function missing(): string | null {
  const tried = spawnSync("strace", ["-f", "-e", "inject=getpid:error=EIO", "true"], { encoding: "utf8" })
  if (tried.error) return "strace is not installed"
  return tried.status === 0 ? null : `strace may not trace here: ${tried.stderr.trim().split("\n").at(-1)}`
}

/** Attaches to every thread of a running process; `fault` is `<calls>:error=EIO:when=N`, N counted from now on. */
export async function inject(pid: number, fault: string): Promise<ChildProcess> {
  const calls = fault.slice(0, fault.indexOf(":"))
  const args = ["-f", "-p", String(pid), "-o", "/dev/null", "-e", `trace=${calls}`, "-e", `inject=${fault}`]
  const tracer = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] })
  const signal = AbortSignal.timeout(10_000)
  for (let said = ""; !/attached/.test(said); ) {
    const [chunk] = await once(tracer.stderr, "data", { signal })
    said += String(chunk)
  }
  return tracer
}
