/** Writes down which accesses a selection has. */

import { insertRows } from '../engine/rows.ts'
import { Scratch } from '../engine/scratch.ts'
import { BOUNDED, Facts, type Session } from '../engine/session.ts'
import { addAmbiguous } from './ambiguous.ts'
import { aboutMarks, markConditions } from './marks.ts'
import {
  SELECTED_COLUMNS,
  SELECTED_ORDER,
  type Selected,
  selectAccounts,
  selectBase,
} from './selected.ts'
import { conditionOf, isDefault, type Selection, type Wanted, wantedOf } from './selection.ts'

/**
 * Writes down the accesses of a selection and ambiguous ones; the caller closes it. Cost: a pass over `judged` for the
 * selection, and three more for the ambiguous ones, which `--all` spares.
 * @throws {MintmarkError} `INPUT_INVALID` for an invalid value of the selection
 */
export async function select(
  session: Session,
  selection: Selection,
  facts: Facts = new Facts(),
): Promise<Selected> {
  const values = wantedOf(selection)
  return await Scratch.keep(session, async (scratch) => {
    const wanted = await scratch.table(
      'wanted',
      'list LowCardinality(String), kind LowCardinality(String), value String, last String',
    )
    const names = await scratch.table('names', 'id String, name String')
    const table = await scratch.table('selected', SELECTED_COLUMNS, SELECTED_ORDER)
    await fillNames(session, names)
    await fillWanted(session, wanted, values, names)
    const marked = isDefault(selection) ? await markConditions(session) : undefined
    const condition = conditionOf(selection, values, wanted, marked)
    const rows = selectAccounts(selectBase(condition.sql), names, 'attacker', '1')
    await session.command(`INSERT INTO ${table} ${rows} ${BOUNDED}`, condition.params)
    const selected = { selection, scratch, table, names, facts, close: () => scratch.close() }
    if (condition.sql !== condition.frame) await addAmbiguous(session, selected, condition)
    return selected
  })
}

export async function withSelected<T>(
  session: Session,
  selection: Selection | Selected,
  ask: (selected: Selected) => Promise<T>,
): Promise<T> {
  if ('table' in selection) return await ask(selection)
  const selected = await select(session, selection)
  try {
    return await ask(selected)
  } finally {
    await selected.close()
  }
}

/**
 * A default selection with the marks made at `at`, as far as they mark accesses as the attacker's; `selected` is
 * closed. Ambiguous accesses stay, without the marked ones: `select` finds them anew. Cost: a copy of the selection,
 * and a pass over the columns that marks name and over the marked accesses.
 */
export async function remark(session: Session, selected: Selected, at: string): Promise<Selected> {
  const scratch = await Scratch.open(session)
  const close = async () => {
    await scratch.close()
    await selected.close()
  }
  try {
    // A copy, as the engine may take a second to begin a deletion, however small.
    const table = await scratch.table('selected', SELECTED_COLUMNS, SELECTED_ORDER)
    const { sql, params } = await aboutMarks(session, at)
    const { sql: pointed } = conditionOf({}, [], '', await markConditions(session))
    const unmarked = `SELECT * FROM ${selected.table} WHERE NOT ${sql}`
    await session.command(`INSERT INTO ${table} ${unmarked} ${BOUNDED}`, params)
    const rows = selectAccounts(
      selectBase(`${sql} AND ${pointed}`),
      selected.names,
      'attacker',
      '1',
    )
    await session.command(`INSERT INTO ${table} ${rows} ${BOUNDED}`, params)
    return { ...selected, scratch, table, close }
  } catch (cause) {
    await close()
    throw cause
  }
}

async function fillWanted(
  session: Session,
  table: string,
  values: readonly Wanted[],
  names: string,
): Promise<void> {
  const rows = values.map(({ list, kind, value, last }) => [list, kind, value, last])
  await insertRows(session, table, ['list', 'kind', 'value', 'last'], rows)
  // A mailbox asked for by its name is also meant where a record has only its id.
  await session.command(
    `INSERT INTO ${table} SELECT list, 'mailbox', id, '' FROM ${names} AS known
     INNER JOIN ${table} AS asked ON known.name = asked.value WHERE asked.kind = 'mailbox'`,
  )
}

/** Names of accounts: by mailbox id, owner's object id and former names. A name of two mailbox ids is left alone. */
async function fillNames(session: Session, table: string): Promise<void> {
  await session.command(
    `INSERT INTO ${table}
     SELECT id, argMax(name, (seen, name)) FROM (
       SELECT mailbox_id AS id, mailbox AS name, max(at) AS seen FROM access
       WHERE mailbox_id != '' AND mailbox != '' AND position(mailbox, '@') > 0
       GROUP BY id, name
       UNION ALL
       SELECT principal_id AS id, principal AS name, max(at) AS seen FROM access
       WHERE principal_id != '' AND position(principal, '@') > 0 AND actor_kind IN ('', 'user')
       GROUP BY id, name
       UNION ALL
       SELECT principal_id AS id, lower(principal) AS name, toDateTime64('2299-01-01', 3, 'UTC') AS seen
       FROM directory WHERE principal_id != '' AND principal != ''
     ) GROUP BY id ${BOUNDED}`,
  )
  await session.command(
    `INSERT INTO ${table}
     SELECT former, any(name) FROM (
       SELECT DISTINCT mailbox AS former, mailbox_id FROM access
       WHERE mailbox_id != '' AND position(mailbox, '@') > 0
     ) AS seen INNER JOIN ${table} AS known ON seen.mailbox_id = known.id
     GROUP BY former HAVING count() = 1 AND any(name) != former ${BOUNDED}`,
  )
}
