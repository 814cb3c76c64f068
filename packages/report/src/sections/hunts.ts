/**
 * Hunts: what each found, what a hit can and cannot mean.
 *
 * @module
 */
import type { Answer, HuntResult } from '@mintmark/case'
import { minute, plural } from '@mintmark/core'
import {
  type Evidence,
  type NonEmpty,
  type Section,
  type Statement,
  type Strength,
  statement,
  type Table,
  table,
} from '../model/model.ts'
import { anchor, byQuery, byRule, column, inTable } from './wording.ts'

export function huntSection({ hunts }: Answer): Section {
  return {
    id: 'hunts',
    title: 'Hunts',
    statements: hunts.map(huntStatement),
    figures: [],
    tables: [huntTable(hunts), ...hunts.filter(({ hits }) => hits > 0).map(hitTable)],
  }
}

const hitStrength = ({ strength }: HuntResult): Strength =>
  strength === 'lead' ? 'lead' : 'established'

const tableOf = ({ id }: HuntResult) => `hunt-${anchor(id)}`

/** A hunt's id is lower-case letters, digits and `_`: it may stand in a query. */
function evidenceOf(hunt: HuntResult): NonEmpty<Evidence> {
  return [
    byQuery(`SELECT * FROM hunt_hit WHERE hunt = '${hunt.id}' ORDER BY at`),
    byRule('docs/hunts-built-in.md', hunt.id),
  ]
}

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
    evidence: hits === 0 ? [query, rule ?? query] : [inTable(tableOf(hunt)), query, rule ?? query],
    cannotMean: hits === 0 ? NO_HIT : hunt.cannotMean,
  })
}

function huntTable(hunts: readonly HuntResult[]): Table {
  return table({
    id: 'hunts-run',
    title: 'Hunts that were run',
    columns: [
      column('hunt', 'Hunt'),
      column('class', 'Class'),
      column('strength', 'Strength of a hit', 'strength'),
      column('hits', 'Accesses', 'count'),
      column('accounts', 'Accounts', 'count'),
      column('first', 'First', 'time'),
      column('last', 'Last', 'time'),
      column('attack', 'ATT&CK'),
    ],
    rows: hunts.map((hunt) => [
      hunt.id,
      hunt.class,
      hitStrength(hunt),
      hunt.hits,
      hunt.accounts,
      hunt.first,
      hunt.last,
      hunt.attack.join(', '),
    ]),
    total: hunts.length,
    strength: 'established',
    evidence: [
      byQuery('SELECT hunt, count() AS hits FROM hunt_hit GROUP BY hunt ORDER BY hunt'),
      byRule('docs/hunts-built-in.md', 'Hunts'),
    ],
  })
}

function hitTable(hunt: HuntResult): Table {
  return table({
    id: tableOf(hunt),
    title: `Hits of ${hunt.id}`,
    columns: [
      column('at', 'At', 'time'),
      column('tenant', 'Tenant', 'id'),
      column('principal', 'Principal'),
      column('mailbox', 'Mailbox'),
      column('ip', 'Address'),
      column('app', 'Application', 'id'),
      column('token', 'Token', 'id'),
      column('session', 'Session', 'id'),
      column('why', 'Why'),
    ],
    rows: hunt.rows.map((row) => [
      row.at,
      row.tenant,
      row.principal,
      row.mailbox,
      row.ip,
      row.app,
      row.tokenId,
      row.sessionId,
      row.why,
    ]),
    total: hunt.hits,
    strength: hitStrength(hunt),
    evidence: evidenceOf(hunt),
  })
}
