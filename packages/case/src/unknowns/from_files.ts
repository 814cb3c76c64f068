/** What files say of their own completeness, and what does not fit as a whole: clocks, ids, classes of tokens. */
import { plural } from '@mintmark/core'
import { countOf } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { tenantNames } from '../scope/accounts.ts'
import type { Selected } from '../scope/selected.ts'
import { HAS_TOKEN } from '../store/sql.ts'
import { MINUTE_MS } from '../verdicts/losses/loss.ts'
import { asUnknown, someOf, type Unknown } from './wording.ts'

export async function clocksOff(session: Session, { facts }: Selected): Promise<Unknown[]> {
  const rows = await session.rows(
    `SELECT tenant, log, ahead_ms, tokens, of, count() AS files FROM clock_offset
     GROUP BY side, tenant, log, ahead_ms, tokens, of ORDER BY tokens DESC, tenant, log`,
  )
  if (rows.length === 0) return []
  const names = await tenantNames(
    session,
    facts,
    rows.map((row) => String(row['tenant'])).slice(0, 10),
  )
  const clocks = rows.map((row) => {
    const minutes = Math.round(Number(row['ahead_ms']) / MINUTE_MS)
    const tenant = String(row['tenant'])
    const shift = `${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead' : 'behind'}`
    return `${String(row['log'])} of ${names.get(tenant) ?? tenant} is ${shift} in ${String(row['tokens'])} of ${String(row['of'])} tokens`
  })
  return asUnknown(
    'clock-offset',
    `${plural(rows.length, 'log has', 'logs have')} a clock or time zone that is off (${someOf(clocks)}): corrected for verdicts; records keep the time that was read`,
    'The same logs exported again with times in UTC',
  )
}

/** Whether the 16 bytes of a token id, in the order in which logs write them, have no capital as base64 without its end. */
const IS_FOLDED = `NOT match(substring(base64Encode(UUIDToNum(token_id, 2)), 1, 21), '[A-Z]')`
/** Of random ids, 1 in 50,000 has no capital: so many of them, and this share, are a folded column. */
const LEAST_IDS = 8
const LEAST_SHARE = 0.5
const SAMPLED_ROWS = 1_000_000

export async function idsInLowerCase(session: Session, { facts }: Selected): Promise<Unknown[]> {
  const sides = [
    ['access', 'tenant'],
    ['issuance', 'owner'],
  ] as const
  const found: string[] = []
  const sampled = `${HAS_TOKEN} AND bucket <= {buckets:UInt8}`
  for (const [side, tenant] of sides) {
    const share = SAMPLED_ROWS / Math.max(1, await countOf(session, side))
    const rows = await facts.rows(
      session,
      `SELECT toString(source) AS log, toString(${tenant}) AS name, uniqExact(token_id) AS n,
         uniqExactIf(token_id, ${IS_FOLDED}) AS folded
       FROM ${side}
       WHERE ${sampled} AND (source, ${tenant}) GLOBAL IN (
         SELECT source, ${tenant} FROM ${side} WHERE ${sampled} AND ${IS_FOLDED}
         GROUP BY source, ${tenant} HAVING count() >= ${LEAST_IDS})
       GROUP BY log, name HAVING folded >= ${LEAST_IDS} AND folded >= ${LEAST_SHARE} * n ORDER BY name, log`,
      { buckets: Math.min(255, Math.max(3, Math.floor(256 * share) - 1)) },
    )
    for (const row of rows)
      found.push(
        `${String(row['log'])} of ${String(row['name'])}: ${String(row['folded'])} of ${String(row['n'])}`,
      )
  }
  if (found.length === 0) return []
  return asUnknown(
    'token-ids-in-lower-case',
    `${plural(found.length, 'log has', 'logs have')} token ids in lower case (${someOf(found)}): an export folded their letter case, which makes other ids of them`,
    'The same logs from their source, with the letter case of ids unchanged',
  )
}

const PROPERTIES: ReadonlyMap<string, readonly [name: string, reason: string]> = new Map([
  ['app', ['application', 'class-not-shown']],
  ['family', ['kind of client', 'class-not-shown']],
  ['client', ['client', 'class-not-shown']],
  ['service', ['service', 'class-not-shown']],
  ['source', ['log', 'class-not-shown']],
  ['who', ['principal', 'log-incomplete']],
  ['all', ['all', 'log-does-not-fit']],
])

export async function shownByReason(session: Session): Promise<Map<string, string>> {
  const rows = await session.rows(
    `SELECT toString(property) AS name, value, explained, missing FROM not_shown
     ORDER BY missing DESC, tenant, property, value LIMIT 1000`,
  )
  const shown = rows.map((row) => {
    const [name, reason] = PROPERTIES.get(String(row['name'])) ?? ['', '']
    const explained = Number(row['explained'])
    const of = explained + Number(row['missing'])
    const what = [name, String(row['value'])].filter((part) => part !== '').join(' ')
    return { reason, text: `${what}: ${explained} of ${of} tokens explained` }
  })
  return new Map(
    [...Map.groupBy(shown, ({ reason }) => reason)].map(([reason, list]) => [
      reason,
      ` (${someOf(list.map(({ text }) => text))})`,
    ]),
  )
}

const STATEMENTS: Readonly<Record<string, readonly [text: string, settledBy: string]>> = {
  'extractor-gap': [
    'an extractor reports a time that it did not capture',
    'The extraction again for that time',
  ],
  'row-cap': [
    'the file ends at the row limit of its exporter (5,000 or 50,000)',
    'The export again by shorter periods, or with -HighCompleteness',
  ],
  'result-count-short': [
    'fewer rows than the search says that it found',
    'The search again, with all of its pages',
  ],
  'next-link': ['a further page was not fetched', 'The pages behind @odata.nextLink'],
  'ends-early': ['the file ends in the middle', 'The file again from its source'],
  'audit-data-truncated': [
    'AuditData was cut (a spreadsheet cell holds 32,767 characters)',
    'The original export, not saved again by a spreadsheet',
  ],
  'portal-grouped': [
    'one row stands for several sign-ins, without their ids',
    'The sign-ins through Graph or diagnostic settings',
  ],
  'date-order-unproven': [
    'day and month cannot be distinguished, so that rows were left out',
    'The export with ISO dates',
  ],
  'fields-not-carried': [
    'the export leaves out fields that the records have',
    'An export that keeps nested values (AuditData as JSON)',
  ],
}

export const FILE_UNKNOWNS: readonly string[] = [...Object.keys(STATEMENTS), 'rejected']

export async function statements(session: Session): Promise<Unknown[]> {
  const rows = await session.rows(
    `SELECT toString(code) AS what, uniqExact(evidence_id) AS files, argMin(path, evidence_id) AS first_path
     FROM statement LEFT ANY JOIN (SELECT evidence_id AS id, path FROM evidence) AS file ON evidence_id = file.id
     GROUP BY what ORDER BY what ${BOUNDED}`,
  )
  const found = new Map(rows.map((row) => [String(row['what']), row]))
  return Object.entries(STATEMENTS).flatMap(([code, [text, settledBy]]) => {
    const row = found.get(code)
    if (row === undefined) return []
    const path = String(row['first_path']).slice(0, 100)
    const first = path === '' ? '' : ` (${path})`
    return asUnknown(code, `${plural(Number(row['files']), 'file')}${first}: ${text}`, settledBy)
  })
}
