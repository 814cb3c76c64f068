/** NIST IR 8587 (draft) and SP 800-53 IA-13: rows that no key set decides name what is missing. */
import { plural } from '@mintmark/core'
import type { KeyHistory } from '../history/timeline.ts'
import type { KeyAudit } from './audit.ts'
import type { ShownShare, TokenLifetimes } from './lifetimes.ts'
import type { Profile, RuleId } from './rules.ts'

export interface StandardRow {
  readonly standard: 'NIST IR 8587 (draft)' | 'SP 800-53 IA-13'
  readonly section: string
  readonly text: string
  readonly state: 'met' | 'not met' | 'cannot tell'
  readonly because: string
}

interface Evidence {
  readonly audit: KeyAudit
  readonly histories: readonly KeyHistory[]
  readonly lifetimes: TokenLifetimes | undefined
  readonly profile: Profile | undefined
  readonly nowMs: number
}

const LONGEST_TOKEN_SECONDS = 3600

type State = Pick<StandardRow, 'state' | 'because'>

type Row = readonly [section: string, text: string, state: State | ((evidence: Evidence) => State)]

const missing = (what: string): State => ({ state: 'cannot tell', because: `missing: ${what}` })
const notMet = (because: string): State => ({ state: 'not met', because })
const met = (because: string): State => ({ state: 'met', because })

const KNOWN_PRIVATE: readonly RuleId[] = [
  'private-published',
  'published-key',
  'blocklisted-key',
  'rsa-shared-factor',
  'rsa-small-factor',
  'rsa-prime-modulus',
  'rsa-close-primes',
  'rsa-roca',
  'rsa-small-private-exponent',
]

const unless =
  (rules: readonly RuleId[], what: string) =>
  (evidence: Evidence): State => {
    const found = foundOf(evidence, rules)
    return found === undefined ? missing(what) : notMet(found)
  }

// biome-ignore format: a table
const IR: readonly Row[] = [
  ['', 'signing keys are used no longer than the profile allows', ageRow],
  ['', 'keys are isolated in hardware (moderate and high)', missing('an attestation of the hardware')],
  ['5.2.1.2', 'a signing key is no encryption key', separateRow],
  ['4.2.1.2', 'verifiers confirm validity, scope, source and integrity', missing('a test of each verifier')],
  ['5.2.1.1', 'tokens have the elements that the draft lists', elementsRow],
  ['', 'tokens are bound to a key of their client, where feasible', bindingRow],
  ['', 'a token lives for at most an hour', lifeRow],
  ['', 'no log holds tokens', missing('the logs: mintmark scan finds tokens in them')],
  ['', 'tokens can be revoked', revocationRow],
]
// biome-ignore format: a table
const IA: readonly Row[] = [
  ['(1)', 'keys are protected', unless(KNOWN_PRIVATE, 'where private keys are, and who can read them')],
  ['(2)', 'source and integrity of assertions and metadata are verified',
    unless(['issuer-mismatch', 'metadata-expired', 'broken-algorithm'], 'a test of each verifier; signatures of metadata')],
  ['(3)', 'tokens are issued, refreshed, revoked, bound in time and audience', boundRow],
]

export function standardRows(evidence: Evidence): readonly StandardRow[] {
  const rowsOf = (standard: StandardRow['standard'], rows: readonly Row[]) =>
    rows.map(([section, text, state]): StandardRow => {
      return { standard, section, text, ...(typeof state === 'function' ? state(evidence) : state) }
    })
  return [...rowsOf('NIST IR 8587 (draft)', IR), ...rowsOf('SP 800-53 IA-13', IA)]
}

function foundOf({ audit }: Evidence, rules: readonly RuleId[]): string | undefined {
  const counts = new Map<RuleId, number>()
  for (const { rule } of audit.findings)
    if (rules.includes(rule)) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return counts.size === 0 ? undefined : [...counts].map(([rule, n]) => `${rule} (${n})`).join(', ')
}

function ageRow(evidence: Evidence): State {
  const { histories, profile, lifetimes, nowMs } = evidence
  if (profile === undefined) return missing('--profile')
  const late = foundOf(evidence, ['key-age'])
  if (late !== undefined) return notMet(late)
  const used = [...(lifetimes?.keys ?? [])].filter(
    ([, { firstMs, lastMs }]) => lastMs - firstMs > profile.longestUseMs,
  )
  if (used.length > 0) return notMet(`${used.length} kid signed for longer, by the ledger`)
  const signing = histories.filter(
    ({ key, listings }) => key.use !== 'enc' && listings.at(-1)?.firstAbsentMs === undefined,
  )
  if (signing.length === 0) return missing('a signing key')
  const open = signing.filter((key) => longestPossibleMs(key, nowMs) > profile.longestUseMs)
  if (open.length === 0) return met(`${signing.length} keys, by the record`)
  return missing(
    `observations before and after ${open.length} of ${signing.length} keys: a record over time`,
  )
}

function longestPossibleMs({ listings }: KeyHistory, nowMs: number): number {
  const from = listings[0]?.lastAbsentMs
  return from === undefined
    ? Number.POSITIVE_INFINITY
    : (listings.at(-1)?.firstAbsentMs ?? nowMs) - from
}

function separateRow(evidence: Evidence): State {
  const both = foundOf(evidence, ['sign-and-encrypt', 'use-mismatch'])
  if (both !== undefined) return notMet(both)
  const silent = evidence.audit.keys.filter(
    ({ use, keyOps }) => use === undefined && keyOps.length === 0,
  )
  if (silent.length > 0) return missing(`use of ${silent.length} keys`)
  if (evidence.audit.keys.length === 0) return missing('a key')
  return met(`${plural(evidence.audit.keys.length, 'key')}, each for one use`)
}

function lifeRow({ lifetimes }: Evidence): State {
  if (lifetimes === undefined || lifetimes.tokens === 0)
    return missing('--ledger with issued tokens')
  const { longest, p50, p99, isPruned } = lifetimes
  const numbers = `longest ${longest} s, p50 ${p50} s, p99 ${p99} s, by the ledger`
  if (longest > LONGEST_TOKEN_SECONDS) return notMet(numbers)
  return isPruned ? missing(`entries that were pruned; of the others ${numbers}`) : met(numbers)
}

function boundRow(evidence: Evidence): State {
  const { longest = 0, shown } = evidence.lifetimes ?? {}
  if (longest > LONGEST_TOKEN_SECONDS) return notMet(`a token lives for ${longest} s`)
  const unnamed = shown?.missing.get('aud')
  if (unnamed !== undefined) return notMet(`${plural(unnamed, 'token')} without aud, by receipts`)
  const revocation = revocationRow(evidence)
  if (revocation.state === 'not met') return revocation
  const gaps = [
    ...(shown === undefined || shown.tokens === 0 ? ['audiences: --receipts of a guard'] : []),
    ...(revocation.state === 'met' ? [] : ['a revoked token, and who refused it']),
    'how tokens are refreshed',
  ]
  return missing(gaps.join('; '))
}

interface Shown {
  readonly shown: ShownShare
  readonly unseen: number
}

function shownOf({ lifetimes }: Evidence): Shown | State {
  const shown = lifetimes?.shown
  if (lifetimes === undefined || shown === undefined)
    return missing('--receipts of a guard, for the tokens of --ledger')
  if (shown.tokens > 0) return { shown, unseen: lifetimes.tokens - shown.tokens }
  return shown.silentReceipts > 0
    ? missing('receipts that name claims: those are of an earlier version of the guard')
    : missing('a receipt of a token of the ledger')
}

const ofAll = ({ shown: { tokens }, unseen }: Shown, because: string): State =>
  unseen > 0
    ? missing(
        `receipts of ${plural(unseen, 'issued token')}; the ${tokens} that were shown have them`,
      )
    : met(because)

function elementsRow(evidence: Evidence): State {
  const seen = shownOf(evidence)
  if ('state' in seen) return seen
  const { shown } = seen
  const without = [...shown.missing].map(([claim, n]) => `${claim} (${n})`).join(', ')
  if (without !== '') return notMet(`of ${plural(shown.tokens, 'token')}, without: ${without}`)
  return ofAll(seen, `all ${plural(shown.tokens, 'token')}, by receipts`)
}

function bindingRow(evidence: Evidence): State {
  const seen = shownOf(evidence)
  if ('state' in seen) return seen
  const { shown } = seen
  const share = boundShare(shown)
  if (shown.bound === 0) return notMet(share)
  return shown.bound < shown.tokens ? missing(`whether all could be; ${share}`) : ofAll(seen, share)
}

export function boundShare({ bound, tokens }: ShownShare): string {
  // Rounded down: all is all.
  const percent = Math.floor((bound / tokens) * 1000) / 10
  return `${bound} of ${plural(tokens, 'token')} (${percent} %) have cnf`
}

function revocationRow({ lifetimes }: Evidence): State {
  const { refusedRevoked = 0, admittedRevoked = 0 } = lifetimes?.shown ?? {}
  const admitted = `${plural(admittedRevoked, 'revoked token')} admitted a minute later or more`
  if (admittedRevoked > 0) return notMet(admitted)
  if (refusedRevoked === 0) return missing('a token that was revoked, and who refused it')
  return met(`${plural(refusedRevoked, 'revoked token')} refused, none admitted, by receipts`)
}
