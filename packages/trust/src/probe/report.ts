/** What a probe found. @module */
import type { Vector } from '../vectors/catalogue.ts'
import type { Allowance } from './allow_list.ts'

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
  /** What was seen, or why the outcome is `cannot-tell`. */
  readonly seen: string
  readonly allowed?: Allowance | undefined
  /** Of a vector that is about its key. */
  readonly signer?: Signer | undefined
}

/** How long a key was still trusted after it had left the key set. */
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
  /** Of those accepted or late: how many the allow-list covers. */
  readonly allowed: number
}

export interface ProbeReport {
  readonly target: string
  readonly issuer: string
  readonly atMs: number
  readonly controls: readonly Control[]
  readonly vectors: readonly VectorResult[]
  /** Empty where it was not asked for. */
  readonly distrust: readonly Distrust[]
  readonly summary: Summary
  /** Entries of the allow-list that count no more, or for nothing in this run. */
  readonly unusedAllowances: readonly Allowance[]
}

/** Whether something is accepted, or refused late, that nobody allowed; and whether all could be judged. */
interface Judged {
  readonly isFound: boolean
  readonly isWhole: boolean
  /** An advisory vector is accepted. */
  readonly hasLeads: boolean
}

export function judged({ vectors, distrust, controls }: ProbeReport): Judged {
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
  const all = [...vectors, ...distrust]
  const count = (wanted: Outcome) => all.filter(({ outcome }) => outcome === wanted).length
  return {
    refused: count('refused'),
    accepted: count('accepted'),
    late: count('late'),
    cannotTell: count('cannot-tell'),
    allowed: vectors.filter(({ allowed }) => allowed !== undefined).length,
  }
}
