/**
 * An audit of key sets: faults of the keys that are listed now, and of their history.
 *
 * What could not be judged is reported beside the findings.
 *
 * @module
 */
import { alarmsOf } from '../history/alarms.ts'
import {
  ANNOUNCED,
  historiesOf,
  type KeyHistory,
  type Look,
  type Series,
} from '../history/timeline.ts'
import type { ListedKey } from '../sources/key.ts'
import type { Blocklist } from '../weak/known_keys.ts'
import { sharedFactors } from '../weak/shared_factors.ts'
import { certificateFaults, contradictionsOf, documentFaults, weaknessesOf } from './key_checks.ts'
import type { Profile } from './rules.ts'
import { type AuditFinding, finding, type RuleId } from './rules.ts'

export interface AuditOptions {
  readonly nowMs: number
  readonly profile: Profile | undefined
  readonly blocklist: Blocklist | undefined
}

export interface KeyAudit {
  readonly findings: readonly AuditFinding[]
  readonly keys: readonly ListedKey[]
  readonly documents: number
  readonly unjudged: readonly string[]
}

/** Of more keys than this, moduli are not tested for being primes. */
const MOST_THOROUGH = 5000

export async function auditKeys(all: readonly Series[], options: AuditOptions): Promise<KeyAudit> {
  const histories = historiesOf(all)
  const series = all.filter(({ name }) => !name.startsWith(ANNOUNCED))
  const current = series.flatMap(({ name, looks }) => {
    const look = looks.at(-1)
    return look?.document === undefined ? [] : [{ name, look, document: look.document }]
  })
  const keys = new Map<string, { key: ListedKey; name: string }>()
  for (const { name, document } of current)
    for (const key of document.keys)
      if (!keys.has(key.thumbprint)) keys.set(key.thumbprint, { key, name })
  const isThorough = keys.size <= MOST_THOROUGH
  const ofKeys = [...keys.values()].flatMap(({ key, name }) =>
    weaknessesOf(key, { ...options, isThorough }).map(([rule, message]) =>
      finding(rule, name, message, { key }),
    ),
  )
  const { findings: shared, unjudged } = await sharedFindings(histories)
  const findings = [
    ...ofKeys,
    ...shared,
    ...current.flatMap(({ name, look }) => listedFindings(name, look, options.nowMs)),
    ...current.flatMap(({ name, document }) => documentFaults(name, document, options.nowMs)),
    ...seriesFindings(series, histories, {
      profile: options.profile,
      listed: new Set(keys.keys()),
    }),
  ]
  return {
    findings,
    keys: [...keys.values()].map(({ key }) => key),
    documents: current.length,
    unjudged: [
      ...unread(series),
      ...unjudged,
      ...(isThorough ? [] : ['whether a modulus is a prime: too many keys']),
    ],
  }
}

function listedFindings(name: string, { document }: Look, nowMs: number): AuditFinding[] {
  return (document?.keys ?? []).flatMap((key) =>
    [...contradictionsOf(key), ...certificateFaults(key, nowMs)].map(([rule, message]) =>
      finding(rule, name, message, { key }),
    ),
  )
}

/** Of all keys that were ever seen: a key that is no longer listed factors one that is. */
async function sharedFindings(
  histories: readonly KeyHistory[],
): Promise<{ findings: AuditFinding[]; unjudged: string[] }> {
  const byModulus = new Map<bigint, KeyHistory>()
  for (const history of histories)
    if (history.key.n !== undefined && history.key.n > 1n && !byModulus.has(history.key.n))
      byModulus.set(history.key.n, history)
  const listed = [...byModulus.values()]
  const { shared, pairs, isCut } = await sharedFactors([...byModulus.keys()])
  const partners = new Map<number, number>()
  for (const { first, second } of pairs) {
    partners.set(first, second)
    if (!partners.has(second)) partners.set(second, first)
  }
  const findings = shared.flatMap((at) => {
    const history = listed[at]
    const partner = listed[partners.get(at) ?? -1]
    if (history === undefined) return []
    const other = partner?.key.kid ?? partner?.thumbprint
    const message =
      other === undefined ? 'it shares a prime with another key' : `it shares a prime with ${other}`
    return [finding('rsa-shared-factor', history.series, message, { key: history.key })]
  })
  const unjudged = isCut ? ['which keys share a prime with which: too many do'] : []
  return { findings, unjudged }
}

/** Alarms about a lasting state, which an audit reports each time. */
const STATES: Readonly<Partial<Record<string, RuleId>>> = {
  'kid-reused': 'kid-reused',
  'key-shared': 'key-shared',
  'private-published': 'private-published',
  'rotation-late': 'key-age',
}

/** Of keys that are listed now: the past is in the history. */
function seriesFindings(
  series: readonly Series[],
  histories: readonly KeyHistory[],
  { profile, listed }: Pick<AuditOptions, 'profile'> & { readonly listed: ReadonlySet<string> },
): AuditFinding[] {
  const longestUseMs = profile?.longestUseMs
  const states = alarmsOf(series, histories, { longestUseMs }).flatMap((alarm) => {
    const rule = STATES[alarm.code]
    // Secrets without a key are reported of the document already.
    const { thumbprint, kid } = alarm
    if (rule === undefined || thumbprint === undefined || !listed.has(thumbprint)) return []
    const key = { thumbprint, kid }
    const isBoth = alarm.code === 'key-shared' && alarm.message.includes(' uses: ')
    return [finding(isBoth ? 'sign-and-encrypt' : rule, alarm.document, alarm.message, { key })]
  })
  return [...states, ...series.flatMap(overlapFindings)]
}

/** Whether the signing keys of now came in a look after which all of the look before were gone. */
function overlapFindings({ name, looks }: Series): AuditFinding[] {
  let found: AuditFinding[] = []
  let before: ReadonlySet<string> = new Set()
  for (const { document, observation } of looks) {
    if (document === undefined || document.kind === 'metadata') continue
    const signing = document.keys.filter(({ use }) => use !== 'enc')
    const remaining = signing.filter(({ thumbprint }) => before.has(thumbprint))
    // A rotation that is over is not held against the next one.
    if (remaining.length < signing.length) found = []
    if (before.size > 0 && signing.length > 0 && remaining.length === 0) {
      const at = new Date(observation.atMs).toISOString().slice(0, 10)
      const message = `all signing keys were replaced by ${at} without a look at both`
      found = [finding('no-overlap', name, message, { key: signing[0] })]
    }
    if (signing.length > 0) before = new Set(signing.map(({ thumbprint }) => thumbprint))
  }
  return found
}

function unread(series: readonly Series[]): string[] {
  return series.flatMap(({ name, looks, unavailable, why = 'not read' }) => {
    const last = looks.at(-1)
    const keys = last?.document?.unread ?? []
    const never = last === undefined && unavailable > 0 ? [`${name}: ${why}`] : []
    return [...never, ...keys.map((problem) => `${name}: ${problem}`)]
  })
}
