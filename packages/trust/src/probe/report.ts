import { isObject, type Json, MintmarkError, parseObject, text } from '@mintmark/core'
import type { Vector } from '../vectors/catalogue.ts'

/** `late`: accepted at first, and refused later in the same run. `cannot-tell`: not asked, or no clear answer. */
export type Outcome = 'refused' | 'accepted' | 'late' | 'cannot-tell'

export interface Control {
  readonly id: 'genuine-first' | 'garbage-first' | 'genuine-last' | 'garbage-last'
  readonly expected: 'accepted' | 'refused'
  readonly outcome: 'accepted' | 'refused' | 'cannot-tell'
  readonly seen: string
}

export interface Signer {
  readonly kid: string
  /** Of the DER SubjectPublicKeyInfo, hex. */
  readonly spkiSha256: string
}

export interface VectorResult {
  readonly vector: Vector
  readonly outcome: Outcome
  readonly seen: string
  readonly allowed?: Exemption | undefined
  readonly signer?: Signer | undefined
}

export interface Distrust {
  readonly endpoint: 'reachable' | 'unreachable'
  readonly outcome: Outcome
  /** From the withdrawal until the first refusal; of `accepted`, how long it was asked; null for `cannot-tell`. */
  readonly seconds: number | null
  /** How old the keys of the verifier were at the withdrawal, if nobody else fetches them; null if the issuer does not know. */
  readonly keysAge: number | null
  readonly seen: string
}

export interface Summary {
  readonly refused: number
  readonly accepted: number
  readonly late: number
  readonly cannotTell: number
  readonly allowed: number
}

export interface ProbeReport {
  readonly target: string
  readonly issuer: string
  readonly atMs: number
  readonly controls: readonly Control[]
  readonly vectors: readonly VectorResult[]
  readonly distrust: readonly Distrust[]
  readonly summary: Summary
  readonly unusedExemptions: readonly Exemption[]
}

interface ProbeResult {
  readonly isFound: boolean
  readonly isWhole: boolean
  readonly hasLeads: boolean
}

export function resultOf({ vectors, distrust, controls }: ProbeReport): ProbeResult {
  const open = vectors.filter(({ outcome, allowed }) => isAccepted(outcome) && !allowed)
  const isFound = (level: Vector['level']) => open.some(({ vector }) => vector.level === level)
  const all = [...vectors, ...distrust]
  return {
    isFound: isFound('required') || distrust.some(({ outcome }) => isAccepted(outcome)),
    isWhole:
      controls.every(({ expected, outcome }) => outcome === expected) &&
      all.every(({ outcome }) => outcome !== 'cannot-tell'),
    hasLeads: isFound('advisory'),
  }
}

export const isAccepted = (outcome: Outcome): boolean =>
  outcome === 'accepted' || outcome === 'late'

export function summaryOf(
  vectors: readonly VectorResult[],
  distrust: readonly Distrust[],
): Summary {
  const count = (wanted: Outcome) =>
    [...vectors, ...distrust].filter(({ outcome }) => outcome === wanted).length
  return {
    refused: count('refused'),
    accepted: count('accepted'),
    late: count('late'),
    cannotTell: count('cannot-tell'),
    allowed: vectors.filter(({ allowed }) => allowed !== undefined).length,
  }
}

const DAY_MS = 86_400_000

export interface Exemption {
  readonly id: string
  readonly file: string | undefined
  readonly reason: string
  /** Last day on which it counts, UTC: `2027-01-31`. */
  readonly until: string
}

/**
 * `member`: what an entry names.
 * @throws {MintmarkError} `INPUT_INVALID`: unknown name, no reason or end
 */
export function parseAllowList(
  source: string,
  member: 'vector' | 'rule',
  ids: ReadonlySet<string>,
): Exemption[] {
  const rows = parseObject(source)?.['allow']
  if (!Array.isArray(rows)) throw invalid('the allow-list has no list "allow"')
  return rows.map((row: unknown): Exemption => {
    const [id, file, reason, until] = [member, 'file', 'reason', 'until'].map((name) =>
      isObject(row) ? text(row, name) : undefined,
    )
    if (id === undefined || !ids.has(id))
      throw invalid(`an entry of the allow-list names no ${member} that there is`)
    if (reason === undefined) throw invalid(`${id} is allowed without a reason`)
    if (until === undefined || Number.isNaN(endMs(until)))
      throw invalid(`${id} is allowed without an end: "until" is a day such as 2027-01-31`)
    return { id, file, reason, until }
  })
}

export const suppressedBy = (
  allowed: Pick<Exemption, 'reason' | 'until'> | undefined,
): Json | undefined =>
  allowed && {
    suppressions: [
      { kind: 'external', justification: `${allowed.reason} (until ${allowed.until})` },
    ],
  }

export const isInForce = ({ until }: Pick<Exemption, 'until'>, nowMs: number): boolean =>
  nowMs < endMs(until)

function endMs(day: string): number {
  const startMs = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(day)
  return isDay ? startMs + DAY_MS : Number.NaN
}

const invalid = (message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option: 'allow' })
