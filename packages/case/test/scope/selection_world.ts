/** A case with one access for each way of naming it, and selections with what they hold. @module */
import type { Session } from '../../src/engine/session.ts'
import { select } from '../../src/scope/select.ts'
import type { Selection } from '../../src/scope/selection.ts'
import {
  access,
  bind,
  fill,
  guid,
  type OpenWorld,
  openWorld,
  undetermined,
  unissued,
} from '../world.ts'

export const ANN = 'ann@example.org'
export const BOB = 'bob@example.org'
/** One access for each way of naming it. */
const rows = {
  forged: bind(ANN, 1, ['<1@example.org>'], { ip: '192.0.2.1', token_id: guid(1) }),
  reused: bind(BOB, 2, ['<2@example.org>'], { ip: '192.0.2.2', token_id: guid(2) }),
  hunted: access(3, { service: 'SharePoint', principal: 'eng@example.net', object_path: '/x' }),
  session: bind(ANN, 4, ['<4@example.org>'], { session_id: guid(44), ip: '198.51.100.4' }),
  other: bind(ANN, 5, ['<5@example.org>'], { other_session_id: guid(55), ip: '2001:db8::5' }),
  app: bind(BOB, 6, ['<6@example.org>'], { client_app_id: guid(66) }),
  agent: bind(BOB, 7, ['<7@example.org>'], { client: 'Client=OWA;Mozilla/5.0 (X; Odd/9)' }),
  byId: bind('', 8, ['<8@example.org>'], { mailbox_id: guid(88), principal: '' }),
  alias: bind('ann.old@example.org', 9, ['<9@example.org>'], { mailbox_id: guid(99) }),
  named: bind(ANN, 10, ['<10@example.org>'], { mailbox_id: guid(99), operation: 'Send' }),
}
/** Names of all accesses. */
export const everything: readonly string[] = Object.keys(rows)
const nameOf = new Map(Object.entries(rows).map(([name, row]) => [String(row['record_id']), name]))

/** Names of the accesses that a selection holds, by time. */
export async function theirs(session: Session, selection: Selection): Promise<string[]> {
  const selected = await select(session, selection)
  try {
    const found = await session.rows(
      `SELECT record_id FROM ${selected.table} WHERE party = 'attacker' ORDER BY at`,
    )
    return found.map((row) => nameOf.get(String(row['record_id'])) ?? '?')
  } finally {
    await selected.close()
  }
}

/** The case, open. */
export async function selectionWorld(): Promise<OpenWorld> {
  const world = await openWorld()
  await fill(world.session, {
    access: Object.values(rows),
    directory: [{ evidence_id: 1, line: 1, principal: BOB, principal_id: guid(88) }],
    verdicts: new Map([
      ...unissued(rows.forged),
      [rows.reused, ['mismatched', 'principal-differs'] as const],
      ...undetermined(rows.session, rows.other, rows.app, rows.agent, rows.byId),
    ]),
    hits: new Map([[rows.hunted, 'replayed']]),
  })
  return world
}

/** A selection, and the accesses that it holds. */
export interface SelectionCase {
  readonly name: string
  readonly selection: Selection
  readonly holds: readonly string[]
}
