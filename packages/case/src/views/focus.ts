/** A part of a selection, written down as a selection of its own: the same questions are then put to the part. */

import { MintmarkError } from '@mintmark/core'
import { insertRows } from '../engine/rows.ts'
import { Scratch } from '../engine/scratch.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { SELECTED_COLUMNS, SELECTED_ORDER, type Selected } from '../scope/selected.ts'
import { allOf, timeCondition } from '../scope/selection.ts'
import type { Period } from '../verdicts/losses/loss.ts'

export interface Focus extends Partial<Period> {
  readonly accounts?: readonly string[]
  readonly classes?: readonly string[]
  readonly principals?: readonly string[]
  readonly sessions?: readonly string[]
  readonly tokens?: readonly string[]
  readonly addresses?: readonly string[]
  readonly operations?: readonly string[]
}

const COLUMNS = {
  accounts: ['account'],
  classes: ['toString(class)'],
  principals: ['principal', 'principal_id'],
  sessions: ['session_id', 'other_session_id'],
  tokens: ['toString(token_id)'],
  addresses: ['ip'],
  operations: ['toString(operation)'],
} as const
type Kind = keyof typeof COLUMNS
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
const KINDS = Object.keys(COLUMNS) as Kind[]
const MAX_VALUES = 100_000

/** The part must be closed before the whole. @throws {MintmarkError} `INPUT_INVALID` for over 100,000 values */
export async function focusOn(session: Session, whole: Selected, focus: Focus): Promise<Selected> {
  return await Scratch.keep(session, async (scratch) => {
    const table = await scratch.table('part', SELECTED_COLUMNS, SELECTED_ORDER)
    const wanted = await scratch.table('focus', 'kind LowCardinality(String), value String')
    const values = KINDS.flatMap((kind) => valuesOf(focus, kind))
    await insertRows(session, wanted, ['kind', 'value'], values)
    const { sql, params } = focusCondition(focus, wanted)
    await session.command(
      `INSERT INTO ${table} SELECT * FROM ${whole.table} WHERE ${sql} ${BOUNDED}`,
      params,
    )
    return { ...whole, scratch, table, close: () => scratch.close() }
  })
}

function valuesOf(focus: Focus, kind: Kind): (readonly [Kind, string])[] {
  const values = focus[kind] ?? []
  if (values.length > MAX_VALUES)
    throw new MintmarkError('INPUT_INVALID', `too many ${kind} at once`, { option: kind })
  return values.map((value) => [kind, value])
}

function focusCondition(focus: Focus, wanted: string) {
  const time = timeCondition(focus)
  const parts = KINDS.filter((kind) => focus[kind] !== undefined).map((kind) => {
    const values = `(SELECT value FROM ${wanted} WHERE kind = '${kind}')`
    return `(${COLUMNS[kind].map((column) => `${column} IN ${values}`).join(' OR ')})`
  })
  return { sql: allOf([...parts, ...time.parts]), params: time.params }
}
