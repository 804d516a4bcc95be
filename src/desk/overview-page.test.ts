import assert from "node:assert/strict"
import { after, test } from "node:test"
import { startLibrary } from "../../test/support/library-server.ts"
import { preservation } from "../../test/support/requests.ts"
import { DAY, plusMicroseconds } from "../kernel/time.ts"
import { noteRequest } from "../requests/index.ts"
import { overviewPages } from "./overview-page.ts"

const server = await startLibrary(undefined, ({ store, folder }, search) =>
  overviewPages({
    ...{ store, search, folder, ownParty: async () => null },
    unsealed: () => false,
    notMoved: () => false,
  }),
)
after(() => server.close())
const { node } = server
const overview = async (who: "reader" | "analyst") => (await server.get("/", who)).text()

test("a request whose clock ran out waits for analysts, in red and in words, and for no reader", async () => {
  const now = node.clock.now()
  await noteRequest(node.store, preservation(plusMicroseconds(now, -60 * DAY)), null)
  assert.doesNotMatch(await overview("analyst"), /state=overdue/, "its last day is not over")
  node.clock.forward(1)
  const page = await overview("analyst")
  assert.match(
    page,
    /<span class="state closed"><span aria-hidden="true">○<\/span> Requests with a clock that ran out: 1</,
  )
  assert.match(page, /href="\/respond\/diary\?state=overdue"/)
  assert.doesNotMatch(await overview("reader"), /ran out|respond/)
})
