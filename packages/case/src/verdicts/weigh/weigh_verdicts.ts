/**
 * Weighs the verdicts of a case, and writes what is ruled.
 *
 * @module
 */

import { countOf } from '../../engine/count_of.ts'
import type { Scratch } from '../../engine/scratch.ts'
import type { Session } from '../../engine/session.ts'
import { escapedCell } from '../../engine/tab_separated.ts'
import { BUCKET_ORDER } from '../match/join.ts'
import { JUDGED_COLUMNS } from '../match/judge.ts'
import { CONTEXT_KEY, readPopulation } from './read_population.ts'
import { type NotShown, type Ruling, weigh } from './weigh.ts'

const RULING_COLUMNS = `home LowCardinality(String), who String, prefix String, app LowCardinality(String),
  client_family LowCardinality(String), client_kind LowCardinality(String), service LowCardinality(String),
  source LowCardinality(String), matter LowCardinality(String), reason LowCardinality(String), day Int32,
  strength LowCardinality(String), new_reason LowCardinality(String)`
const FEW_ROWS = 100_000
const LINES_AT_ONCE = 20_000

/** @returns the table of outcomes: `JUDGED_COLUMNS` and `strength`. Throws as `Session.command`. */
export async function weighVerdicts(
  session: Session,
  scratch: Scratch,
  judged: string,
  sole: string,
): Promise<string> {
  const rows = await countOf(session, judged)
  const order = rows <= FEW_ROWS ? undefined : BUCKET_ORDER
  const ruled = await scratch.table(
    'ruled',
    `${JUDGED_COLUMNS}, strength LowCardinality(String)`,
    order,
  )
  await session.command('TRUNCATE TABLE not_shown')
  if (rows === 0) return ruled
  const rulings = await scratch.table('rulings', RULING_COLUMNS)
  const weighed = weigh(await readPopulation(session, scratch, judged, sole))
  await writeRulings(session, rulings, weighed.rulings)
  await writeNotShown(session, weighed.notShown)
  const keys = CONTEXT_KEY.split(', ')
  const kept = namesOf(JUDGED_COLUMNS).filter((name) => name !== 'verdict' && name !== 'reason')
  await session.command(
    `INSERT INTO ${ruled} (${[...kept, 'verdict', 'reason', 'strength'].join(', ')})
     SELECT ${kept.map((name) => `j.${name}`).join(', ')},
       multiIf(new_reason != '', 'undetermined', ${IS_PROVEN_BESIDE_SESSION}, 'unissued', j.verdict) AS verdict,
       multiIf(new_reason != '', new_reason, ${IS_PROVEN_BESIDE_SESSION}, 'never-issued', j.reason) AS reason, strength
     FROM (${withDay(judged)}) AS j
     LEFT ANY JOIN ${rulings} AS r ON ${keys.map((key) => `r.${key} = j.${key}`).join(' AND ')}`,
  )
  return ruled
}

/** A known session excuses no token of which the absence is proven: whoever forges one may write any session into it. */
const IS_PROVEN_BESIDE_SESSION = "j.verdict = 'session-only' AND strength = 'established'"

/** A token that is used on two days is of the first, as it is counted. */
function withDay(judged: string): string {
  const unit = [...CONTEXT_KEY.split(', ').filter((key) => key !== 'day'), 'unit'].join(', ')
  return `SELECT *, toInt32(intDiv(min(hour) OVER (PARTITION BY ${unit}), 24)) AS day FROM ${judged}`
}

/** Names of columns that are defined as `name Type, …`. */
const namesOf = (columns: string): string[] =>
  columns.split(',').map((column) => column.trim().split(' ')[0] ?? '')

async function writeRulings(
  session: Session,
  table: string,
  rulings: readonly Ruling[],
): Promise<void> {
  const columns = [...CONTEXT_KEY.split(', '), 'strength', 'new_reason']
  for (let at = 0; at < rulings.length; at += LINES_AT_ONCE) {
    const lines = rulings.slice(at, at + LINES_AT_ONCE).map(lineOf)
    // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
    await session.insert(table, columns, 'TabSeparated', Buffer.from(lines.join('')))
  }
}

async function writeNotShown(session: Session, values: readonly NotShown[]): Promise<void> {
  if (values.length === 0) return
  const lines = values.map(({ home, property, value, explained, missing }) =>
    [home, property, value, String(explained), String(missing)].map(escapedCell).join('\t'),
  )
  const columns = ['tenant', 'property', 'value', 'explained', 'missing']
  await session.insert('not_shown', columns, 'TabSeparated', Buffer.from(`${lines.join('\n')}\n`))
}

function lineOf({ context, strength, reason }: Ruling): string {
  const { home, who, prefix, app, family, client, service, source, matter, day } = context
  const cells = [
    home,
    who,
    prefix,
    app,
    family,
    client,
    service,
    source,
    matter,
    context.reason,
    String(day),
    strength,
    reason ?? '',
  ]
  return `${cells.map(escapedCell).join('\t')}\n`
}
