// Plays both sides of @openmined/psi.js over its own messages and prints, as JSON, what each side cost. The library is in
// `bench/peers/node_modules` or nowhere, so this runs as a process of its own: node bench/peers/psi-side.js COUNT [Raw|BloomFilter|GCS]
import PSI from "@openmined/psi.js"

const count = Number(process.argv[2] ?? 1_000)
const structure = process.argv[3] ?? "BloomFilter"
// As unlikely that a stranger's item counts as one in a billion; Raw, which cannot err, does not look at it.
const FALSE_POSITIVES = 1e-9

const psi = await PSI()
const server = psi.server.createWithNewKey(false)
const client = psi.client.createWithNewKey(false)
const serverItems = Array.from({ length: count }, (_, i) => `item ${i}`)
const clientItems = Array.from({ length: count }, (_, i) => `item ${i + count / 2}`)

const kind = psi.dataStructure[structure]
const setup = timed(() => server.createSetupMessage(FALSE_POSITIVES, count, serverItems, kind).serializeBinary())
const request = timed(() => client.createRequest(clientItems).serializeBinary())
const response = timed(() => server.processRequest(psi.request.deserializeBinary(request.made)).serializeBinary())
const found = timed(() =>
  client.getIntersectionSize(
    psi.serverSetup.deserializeBinary(setup.made),
    psi.response.deserializeBinary(response.made),
  ),
)

const result = {
  count,
  structure,
  common: found.made,
  clientSeconds: request.seconds + found.seconds,
  serverSeconds: setup.seconds + response.seconds,
  bytes: setup.made.length + request.made.length + response.made.length,
}
process.stdout.write(`${JSON.stringify(result)}\n`)

/** Seconds of CPU, all threads of the process together. */
function timed(work) {
  const begun = process.cpuUsage()
  const made = work()
  const { user, system } = process.cpuUsage(begun)
  return { made, seconds: (user + system) / 1_000_000 }
}
