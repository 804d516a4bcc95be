import sql from "sql-template-tag"
import { ComityError } from "../kernel/errors.ts"
import type { Connection } from "./connection.ts"
import * as first from "./migrations/0001-first.ts"
import * as people from "./migrations/0002-people.ts"
import * as intake from "./migrations/0003-intake.ts"
import * as savedSearches from "./migrations/0004-saved-searches.ts"
import * as facts from "./migrations/0005-facts.ts"
import * as refusals from "./migrations/0006-refusals.ts"
import * as requests from "./migrations/0007-requests.ts"
import * as peers from "./migrations/0008-peers.ts"
import * as reciprocity from "./migrations/0009-reciprocity.ts"
import * as releases from "./migrations/0010-releases.ts"
import * as evidence from "./migrations/0011-evidence.ts"
import * as sealed from "./migrations/0012-sealed.ts"
import * as cards from "./migrations/0013-cards.ts"
import * as conflicts from "./migrations/0014-conflicts.ts"
import * as withheld from "./migrations/0015-withheld.ts"
import * as guard from "./migrations/0016-guard.ts"
import * as conflictTold from "./migrations/0017-conflict-told.ts"
import * as agreements from "./migrations/0018-agreements.ts"
import * as tabled from "./migrations/0019-tabled.ts"
import * as terms from "./migrations/0020-terms.ts"
import * as approvals from "./migrations/0021-approvals.ts"
import * as inForce from "./migrations/0022-in-force.ts"
import * as copies from "./migrations/0023-copies.ts"
import * as contained from "./migrations/0024-contained.ts"
import * as received from "./migrations/0025-received.ts"
import * as uses from "./migrations/0026-uses.ts"
import * as decided from "./migrations/0027-decided.ts"
import * as stoodUnder from "./migrations/0028-stood-under.ts"
import * as containersDue from "./migrations/0029-containers-due.ts"
import * as carried from "./migrations/0030-carried.ts"
import * as matchLists from "./migrations/0031-match-lists.ts"
import * as matchRuns from "./migrations/0032-match-runs.ts"
import * as matchQuestions from "./migrations/0033-match-questions.ts"
import * as matchApprovals from "./migrations/0034-match-approvals.ts"

const migrations = [
  first,
  people,
  intake,
  savedSearches,
  facts,
  refusals,
  requests,
  peers,
  reciprocity,
  releases,
  evidence,
  sealed,
  cards,
  conflicts,
  withheld,
  guard,
  conflictTold,
  agreements,
  tabled,
  terms,
  approvals,
  inForce,
  copies,
  contained,
  received,
  uses,
  decided,
  stoodUnder,
  containersDue,
  carried,
  matchLists,
  matchRuns,
  matchQuestions,
  matchApprovals,
]

/** Brings the schema forward, one transaction for each step; a database from a newer version is left alone. */
export function migrate(connection: Connection): void {
  connection.exec("create table if not exists migration (id integer primary key)")
  const done = connection.get<{ id: number }>(sql`select coalesce(max(id), 0) as id from migration`)?.id ?? 0
  const newest = migrations.length
  if (done > newest) throw new ComityError("unavailable", "folder.newer", { schema: done, known: newest })
  for (let id = done + 1; id <= newest; id++) {
    connection.exec("begin immediate")
    connection.exec(migrations[id - 1]?.up ?? "")
    connection.run(sql`insert into migration (id) values (${id})`)
    connection.exec("commit")
  }
}
