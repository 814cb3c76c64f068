/** No log names the key that signed a token: that a leaked key did is at most not excluded. */
import { baseRateText, isLeak, type TokenUse, type TokenUses } from '@mintmark/case'
import { plural } from '@mintmark/core'
import * as model from '../model/model.ts'
import { listed, type Part, section, selectedStrength, surenessOf } from './wording.ts'

export const TOKENS_SHOWN = 10_000
const DRAWN = { tokens: 30, keys: 8 }

export function lineageSection(answer: Part, uses: TokenUses): model.Section {
  const statements = [lineageText(answer, uses), unlinked(answer, uses)]
  const tables = [tokenTable(answer, uses), sessionTable(answer)]
  return section('lineage', 'Tokens and sessions', statements, { tables })
}

function lineageText(answer: Part, { total }: TokenUses): model.Statement | undefined {
  if (total === 0) return undefined
  return model.statement({
    id: 'lineage-tokens',
    text: `The attacker used ${plural(total, 'token')}; one with two sessions or two reasons counts twice.`,
    strength: selectedStrength(answer),
    evidence: ['tokens', 'events.ocsf.ndjson'],
  })
}

function unlinked({ keys, verdicts }: Part, { total }: TokenUses): model.Statement | undefined {
  if (!keys.some(isLeak) || verdicts.unissued === 0 || total === 0) return undefined
  return model.statement({
    id: 'lineage-keys',
    text: 'No log names the key that signed a token. That the key in the dump signed the unissued tokens is neither shown nor excluded.',
    strength: 'not-excluded',
    evidence: ['keys', 'tokens', 'docs/unknowns.md#key-use-unknown'],
    settledBy: 'a token itself, or a log of a verifier that names the key id',
  })
}

const baseRates = ({ tokens }: Part): ReadonlyMap<string, string> =>
  new Map(
    tokens.map(({ tokenId, reason, baseRate }) => [`${tokenId} ${reason}`, baseRateText(baseRate)]),
  )

function tokenTable(answer: Part, { rows, total }: TokenUses): model.Table {
  const rates = baseRates(answer)
  const strengths = new Map(
    answer.tokens.map(({ tokenId, reason, strength }) => [`${tokenId} ${reason}`, strength]),
  )
  return listed(rows, {
    id: 'tokens',
    title: 'Tokens, their sessions, and what was opened with them',
    columns: [
      ['token', 'Token', 'id', (use) => use.tokenId || null],
      ['session', 'Session', 'id', (use) => use.sessionId || null],
      ['verdict', 'Verdict'],
      [
        'strength',
        'Strength',
        'strength',
        (use) => strengths.get(`${use.tokenId} ${use.reason}`) || null,
      ],
      ['reason', 'Reason'],
      [
        'base_rate',
        'Base rate',
        'text',
        (use) => rates.get(`${use.tokenId} ${use.reason}`) ?? null,
      ],
      ['accesses', 'Accesses', 'count'],
      ['accounts', 'Accounts', 'text', (use) => namesOf(use)],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['recorded', 'Issued', 'time', (use) => use.issued?.at ?? null],
      ['recorded_for', 'Issued to', 'text', (use) => use.issued?.principal ?? null],
      ['recorded_in', 'Log of it', 'text', (use) => use.issued?.source ?? null],
    ],
    total,
    strength: surenessOf(answer),
    evidence: ['events.ocsf.ndjson', 'coverage', 'docs/verdicts.md#How a verdict is found'],
  })
}

function namesOf({ accounts, accountsTotal }: TokenUse): string {
  const more = accountsTotal - accounts.length
  return `${accounts.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function sessionTable({ sessions }: Part): model.Table | undefined {
  const unissued = sessions.filter(({ verdict }) => verdict === 'unissued')
  if (unissued.length === 0) return undefined
  return listed(unissued.slice(0, TOKENS_SHOWN), {
    id: 'sessions',
    title: 'Sessions that no log shows to begin, of accesses without a token id',
    columns: [
      ['session', 'Session', 'id', (one) => one.sessionId],
      ['tenant', 'Tenant', 'id'],
      ['strength', 'Strength', 'strength', (one) => one.strength || null],
      ['reason', 'Reason'],
      ['base_rate', 'Base rate', 'text', (one) => baseRateText(one.baseRate)],
      ['accesses', 'Accesses', 'count'],
      ['principals', 'Principals', 'text', (one) => one.principals.join('; ')],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
    ],
    total: unissued.length,
    strength: unissued.every(({ strength }) => strength === 'established') ? 'established' : 'lead',
    evidence: ['events.ocsf.ndjson', 'docs/verdicts.md#session-never-issued'],
  })
}

export function lineageOf(answer: Part, { rows, total }: TokenUses): model.Lineage {
  const nodes = new Map<string, model.LineageNode>()
  const edges = new Map<string, model.LineageEdge>()
  const node = (kind: model.LineageNode['kind'], name: string, verdict?: string): string => {
    const key = `${kind}\n${name}`
    const id = nodes.get(key)?.id ?? `node-${nodes.size + 1}`
    if (!nodes.has(key))
      nodes.set(key, { id, kind, name, ...(verdict !== undefined && { verdict }) })
    return id
  }
  const edge = (from: string, to: string, accesses: number, strength: model.Strength): void => {
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
