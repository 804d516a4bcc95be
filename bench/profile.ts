import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

type CallFrame = { functionName: string; url: string; lineNumber: number }
type CpuProfile = { nodes: { id: number; callFrame: CallFrame }[]; samples: number[]; timeDeltas: number[] }

/** Where the time of each thread went, by the functions themselves without what they call; most first. */
export function hottest(folder: string, count: number): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))
  return files.map((name) => `${name}\n${table(join(folder, name), count)}`).join("\n")
}

function table(file: string, count: number): string {
  const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile
  const byFunction = selfTimes(profile)
  const busy = [...byFunction].filter(([name]) => !name.startsWith("(idle)") && !name.startsWith("(program)"))
  const total = busy.reduce((sum, [, time]) => sum + time, 0)
  const lines = busy.toSorted((a, b) => b[1] - a[1]).slice(0, count)
  const rows = lines.map(([name, time]) => `  ${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`)
  return [`  busy ${(total / 1e6).toFixed(2)} s`, ...rows].join("\n")
}

function selfTimes(profile: CpuProfile): Map<string, number> {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  profile.samples.forEach((id, at) => {
    const name = names.get(id) ?? "?"
    times.set(name, (times.get(name) ?? 0) + (profile.timeDeltas[at] ?? 0))
  })
  return times
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const place = url.split("/").slice(-2).join("/")
  return `${functionName || "anonymous"} ${place}${url === "" ? "" : `:${lineNumber + 1}`}`
}
