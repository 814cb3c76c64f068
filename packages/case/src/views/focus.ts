/**
 * A part of a selection, written down as a selection of its own: the same questions are then put to the part.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { Scratch } from '../engine/scratch.ts'
import type { Params, Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from '../scope/selected.ts'

/** Values of one kind are alternatives; different kinds narrow each other. All are as the selection holds them. */
export interface Focus {
  /** Milliseconds since 1970; half-open: from <= at < to. */
  readonly fromMs?: number
  readonly toMs?: number
  /** Accounts, as the scope names them. */
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
const KINDS: readonly Kind[] = [
  'accounts',
  'classes',
  'principals',
  'sessions',
  'tokens',
  'addresses',
  'operations',
]

/** Bound arrays stay short: a server takes them from the request's address. */
const VALUES_AT_ONCE = 500
const MAX_VALUES = 100_000

/**
 * The accesses of a selection, and those that could be either party's, that lie in the focus.
 *
 * The part must be closed before the whole. A session may appear on either party's accesses: both are narrowed alike.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for more than a hundred thousand values; else as `Session.command`
 */
export async function focusOn(session: Session, whole: Selected, focus: Focus): Promise<Selected> {
  // Questions make tables of their own beside the part's.
  const scratch = await Scratch.open(session)
  try {
    const table = await scratch.table('part', await columnsOf(session, whole), ORDER)
    const wanted = await scratch.table('focus', 'kind LowCardinality(String), value String')
    for (const kind of KINDS) {
      // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
      await fillWanted(session, wanted, kind, focus[kind] ?? [])
    }
    const { sql, params } = conditionOf(focus, wanted)
    await session.command(
      `INSERT INTO ${table} SELECT * FROM ${whole.table} WHERE ${sql} ${BOUNDED}`,
      params,
    )
    return { ...whole, scratch, table, close: () => scratch.close() }
  } catch (cause) {
    await scratch.close()
    throw cause
  }
}

const ORDER = '(account, at, record_id, content)'

/** The whole's own columns, so that a part is like it. */
async function columnsOf(session: Session, { table }: Selected): Promise<string> {
  const rows = await session.rows(
    `SELECT name, type FROM system.columns
     WHERE database = currentDatabase() AND table = {table:String} ORDER BY position`,
    { table },
  )
  return rows.map((row) => `${String(row['name'])} ${String(row['type'])}`).join(', ')
}

async function fillWanted(
  session: Session,
  table: string,
  kind: Kind,
  values: readonly string[],
): Promise<void> {
  if (values.length > MAX_VALUES)
    throw new MintmarkError('INPUT_INVALID', `too many ${kind} at once`, { option: kind })
  for (let at = 0; at < values.length; at += VALUES_AT_ONCE) {
    // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
    await session.command(
      `INSERT INTO ${table} SELECT {kind:String}, arrayJoin({values:Array(String)})`,
      { kind, values: values.slice(at, at + VALUES_AT_ONCE) },
    )
  }
}

function conditionOf(
  focus: Focus,
  wanted: string,
): { readonly sql: string; readonly params: Params } {
  const params: Record<string, number> = {}
  const parts = KINDS.filter((kind) => focus[kind] !== undefined).map((kind) => {
    const values = `(SELECT value FROM ${wanted} WHERE kind = '${kind}')`
    return `(${COLUMNS[kind].map((column) => `${column} IN ${values}`).join(' OR ')})`
  })
  if (focus.fromMs !== undefined) {
    parts.push('at >= fromUnixTimestamp64Milli({from_ms:Int64})')
    params['from_ms'] = Math.trunc(focus.fromMs)
  }
  if (focus.toMs !== undefined) {
    parts.push('at < fromUnixTimestamp64Milli({to_ms:Int64})')
    params['to_ms'] = Math.trunc(focus.toMs)
  }
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), params }
}
