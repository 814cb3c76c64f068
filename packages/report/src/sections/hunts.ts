import type { Answer, HuntResult } from '@mintmark/case'
import { minute, plural } from '@mintmark/core'
import type { Section, Statement, Strength, Table } from '../model/model.ts'
import { statement } from '../model/model.ts'
import { anchor, listed, section } from './wording.ts'

export function huntSection({ hunts }: Answer): Section {
  const tables = [huntTable(hunts), ...hunts.filter(({ hits }) => hits > 0).map(hitTable)]
  return section('hunts', 'Hunts', hunts.map(huntStatement), { tables })
}

const hitStrength = ({ strength }: HuntResult): Strength =>
  strength === 'lead' ? 'lead' : 'established'

const tableOf = ({ id }: HuntResult) => `hunt-${anchor(id)}`

/** A hunt's id is lower-case letters, digits and `_`: it can be quoted in a query. */
const evidenceOf = (hunt: HuntResult): readonly [query: string, rule: string] => [
  `SELECT * FROM hunt_hit WHERE hunt = '${hunt.id}' ORDER BY at`,
  `docs/hunts-built-in.md#${hunt.id}`,
]

const NO_HIT = 'That it did not happen: a hunt sees what the logs record.'

function huntStatement(hunt: HuntResult): Statement {
  const { hits, accounts, first, last, title, means } = hunt
  const what =
    hits === 0
      ? 'no hit'
      : `${plural(hits, 'access', 'accesses')} of ${plural(accounts, 'account')}, ${minute(first)} to ${minute(last)}`
  const [query, rule] = evidenceOf(hunt)
  return statement({
    id: `hunted-${anchor(hunt.id)}`,
    text: hits === 0 ? `${title}: ${what}.` : `${title}: ${what}. A hit means: ${means}`,
    // No hit does not show that it did not happen.
    strength: hits > 0 ? hitStrength(hunt) : 'not-excluded',
    evidence: hits === 0 ? [query, rule] : [tableOf(hunt), query, rule],
    cannotMean: hits === 0 ? NO_HIT : hunt.cannotMean,
  })
}

const huntTable = (hunts: readonly HuntResult[]): Table =>
  listed(hunts, {
    id: 'hunts-run',
    title: 'Hunts that were run',
    columns: [
      ['hunt', 'Hunt', 'text', (hunt) => hunt.id],
      ['class', 'Class'],
      ['strength', 'Strength of a hit', 'strength', (hunt) => hitStrength(hunt)],
      ['hits', 'Accesses', 'count'],
      ['accounts', 'Accounts', 'count'],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['attack', 'ATT&CK', 'text', (hunt) => hunt.attack.join(', ')],
    ],
    strength: 'established',
    evidence: [
      'SELECT hunt, count() AS hits FROM hunt_hit GROUP BY hunt ORDER BY hunt',
      'docs/hunts-built-in.md#Hunts',
    ],
  })

const hitTable = (hunt: HuntResult): Table =>
  listed(hunt.rows, {
    id: tableOf(hunt),
    title: `Hits of ${hunt.id}`,
    columns: [
      ['at', 'At', 'time'],
      ['tenant', 'Tenant', 'id'],
      ['principal', 'Principal'],
      ['mailbox', 'Mailbox'],
      ['ip', 'Address'],
      ['app', 'Application', 'id'],
      ['token', 'Token', 'id', (row) => row.tokenId],
      ['session', 'Session', 'id', (row) => row.sessionId],
      ['why', 'Why'],
    ],
    total: hunt.hits,
    strength: hitStrength(hunt),
    evidence: evidenceOf(hunt),
  })
