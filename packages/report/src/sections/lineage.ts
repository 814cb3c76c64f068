/**
 * Key → token → session → accesses.
 *
 * No log names the key that signed a token: that a key which lies in a dump signed a token that nobody issued is
 * therefore never more than not excluded.
 *
 * @module
 */
import { baseRateText, isLeak, type TokenUse, type TokenUses } from '@mintmark/case'
import { plural } from '@mintmark/core'
import {
  type Lineage,
  type LineageEdge,
  type LineageNode,
  type Section,
  type Statement,
  type Strength,
  statement,
  type Table,
  table,
} from '../model/model.ts'
import {
  absenceIn,
  byRule,
  column,
  inExport,
  inTable,
  listStrength,
  type Part,
  selectedStrength,
} from './wording.ts'

/** Rows of the table; `events.ocsf.ndjson` has the token and session of each access. */
export const TOKENS_SHOWN = 10_000
/** More than that no eye follows. */
const DRAWN = { tokens: 30, keys: 8 }

export function lineageSection(answer: Part, uses: TokenUses): Section {
  return {
    id: 'lineage',
    title: 'Tokens and sessions',
    statements: [...lineageText(answer, uses), ...unlinked(answer, uses)],
    figures: [],
    tables: [tokenTable(answer, uses), ...sessionTable(answer)],
  }
}

function lineageText(answer: Part, { total }: TokenUses): Statement[] {
  if (total === 0) return []
  return [
    statement({
      id: 'lineage-tokens',
      text: `The attacker used ${plural(total, 'token')}; one with two sessions or two reasons counts twice.`,
      strength: selectedStrength(answer),
      evidence: [inTable('tokens'), inExport('events.ocsf.ndjson')],
    }),
  ]
}

function unlinked({ keys, verdicts }: Part, { total }: TokenUses): Statement[] {
  if (!keys.some(isLeak) || verdicts.unissued === 0 || total === 0) return []
  return [
    statement({
      id: 'lineage-keys',
      text: 'No log names the key that signed a token. That the key in the dump signed the unissued tokens is neither shown nor excluded.',
      strength: 'not-excluded',
      evidence: [inTable('keys'), inTable('tokens'), byRule('docs/unknowns.md', 'key-use-unknown')],
      settledBy: 'a token itself, or a log of a verifier that names the key id',
    }),
  ]
}

/** How many of the comparable accesses are issued, in words, by token and reason. */
function baseRates({ tokens }: Part): ReadonlyMap<string, string> {
  return new Map(
    tokens.map(({ tokenId, reason, baseRate }) => [`${tokenId} ${reason}`, baseRateText(baseRate)]),
  )
}

function tokenTable(answer: Part, { rows, total }: TokenUses): Table {
  const rates = baseRates(answer)
  const strengths = new Map(
    answer.tokens.map(({ tokenId, reason, strength }) => [`${tokenId} ${reason}`, strength]),
  )
  return table({
    id: 'tokens',
    title: 'Tokens, their sessions, and what was opened with them',
    columns: [
      column('token', 'Token', 'id'),
      column('session', 'Session', 'id'),
      column('verdict', 'Verdict'),
      column('strength', 'Strength', 'strength'),
      column('reason', 'Reason'),
      column('base_rate', 'Base rate'),
      column('accesses', 'Accesses', 'count'),
      column('accounts', 'Accounts'),
      column('first', 'First', 'time'),
      column('last', 'Last', 'time'),
      column('recorded', 'Issued', 'time'),
      column('recorded_for', 'Issued to'),
      column('recorded_in', 'Log of it'),
    ],
    rows: rows.map((use) => [
      use.tokenId || null,
      use.sessionId || null,
      use.verdict,
      strengths.get(`${use.tokenId} ${use.reason}`) || null,
      use.reason,
      rates.get(`${use.tokenId} ${use.reason}`) ?? null,
      use.accesses,
      namesOf(use),
      use.first,
      use.last,
      use.issued?.at ?? null,
      use.issued?.principal ?? null,
      use.issued?.source ?? null,
    ]),
    total,
    strength: listStrength(total, absenceIn(answer), selectedStrength(answer)),
    evidence: [
      inExport('events.ocsf.ndjson'),
      inTable('coverage'),
      byRule('docs/verdicts.md', 'How a verdict is found'),
    ],
  })
}

function namesOf({ accounts, accountsTotal }: TokenUse): string {
  const more = accountsTotal - accounts.length
  return `${accounts.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function sessionTable({ sessions }: Part): Table[] {
  const strangers = sessions.filter(({ verdict }) => verdict === 'unissued')
  if (strangers.length === 0) return []
  return [
    table({
      id: 'sessions',
      title: 'Sessions that no log shows to begin, of accesses without a token id',
      columns: [
        column('session', 'Session', 'id'),
        column('tenant', 'Tenant', 'id'),
        column('strength', 'Strength', 'strength'),
        column('reason', 'Reason'),
        column('base_rate', 'Base rate'),
        column('accesses', 'Accesses', 'count'),
        column('principals', 'Principals'),
        column('first', 'First', 'time'),
        column('last', 'Last', 'time'),
      ],
      rows: strangers
        .slice(0, TOKENS_SHOWN)
        .map((one) => [
          one.sessionId,
          one.tenant,
          one.strength || null,
          one.reason,
          baseRateText(one.baseRate),
          one.accesses,
          one.principals.join('; '),
          one.first,
          one.last,
        ]),
      total: strangers.length,
      strength: strangers.every(({ strength }) => strength === 'established')
        ? 'established'
        : 'lead',
      evidence: [
        inExport('events.ocsf.ndjson'),
        byRule('docs/verdicts.md', 'session-never-issued'),
      ],
    }),
  ]
}

/** The drawing: the tokens with most accesses, and what leads to them and from them. */
export function lineageOf(answer: Part, { rows, total }: TokenUses): Lineage {
  const nodes = new Map<string, LineageNode>()
  const edges = new Map<string, LineageEdge>()
  const node = (kind: LineageNode['kind'], name: string, verdict?: string): string => {
    const key = `${kind}\n${name}`
    const id = nodes.get(key)?.id ?? `node-${nodes.size + 1}`
    if (!nodes.has(key))
      nodes.set(key, { id, kind, name, ...(verdict !== undefined && { verdict }) })
    return id
  }
  const edge = (from: string, to: string, accesses: number, strength: Strength): void => {
    const key = `${from}\n${to}`
    edges.set(key, { from, to, accesses: (edges.get(key)?.accesses ?? 0) + accesses, strength })
  }
  const keys = answer.keys.filter(isLeak).slice(0, DRAWN.keys)
  const drawn = rows.slice(0, DRAWN.tokens)
  for (const use of drawn) {
    const token = node('token', use.tokenId, use.verdict)
    if (use.issued !== null)
      edge(node('issuer', use.issued.source), token, use.accesses, 'established')
    else if (use.verdict === 'unissued')
      for (const { spkiSha256 } of keys)
        edge(node('key', spkiSha256), token, use.accesses, 'not-excluded')
    const session = node('session', use.sessionId)
    edge(token, session, use.accesses, 'established')
    for (const account of use.accounts)
      edge(session, node('account', account), use.accesses, 'established')
  }
  return {
    nodes: [...nodes.values()],
    edges: [...edges.values()],
    tokens: total,
    tokensLeftOut: total - drawn.length,
  }
}
