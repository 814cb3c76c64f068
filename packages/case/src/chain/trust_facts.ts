/** Evidence beside the logs. Keys and tokens are named by hash and id, never by their bytes. */

import { createHash } from 'node:crypto'
import { isObject, parseObject } from '@mintmark/core'
import type { Texts } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { insertMeta, readMeta } from '../store/meta.ts'

export const TRUST_SHAPES = {
  record: 'key-record',
  probe: 'trust-probe',
  alarms: 'guard-alarms',
  tokens: 'captured-tokens',
} as const

export interface FactSource {
  readonly path: string
  readonly sha256: string
  readonly line: number | null
}

export interface TrustEnd {
  readonly why: 'certificate-ended' | 'key-expired' | 'unlisted'
  readonly at: string
  readonly after: string | null
  readonly source: FactSource
}

export interface KeyTrust {
  readonly spkiSha256: string
  readonly kids: readonly string[]
  readonly issuers: readonly string[]
  readonly classes: readonly string[]
  readonly sources: readonly FactSource[]
  readonly ends: readonly TrustEnd[]
  readonly listed: { readonly at: string; readonly source: FactSource } | null
}

export interface SignedToken {
  /** Canonical GUID text. */
  readonly tokenId: string
  /** Empty where only a `kid` is known. */
  readonly spkiSha256: string
  readonly kid: string
  /** `signature`: the token itself verifies with the key. `alarm`: a guard says that it did. `kid`: its header names it. */
  readonly by: 'signature' | 'alarm' | 'kid'
  readonly source: FactSource
}

export interface ProbedVerifier extends Texts<'target at vector'> {
  readonly outcome: 'refused' | 'accepted' | 'late'
  /** Of the key that signed; empty where the probe does not say. */
  readonly spkiSha256: string
  readonly source: FactSource
}

export interface TrustFacts {
  readonly keys: readonly KeyTrust[]
  readonly signed: readonly SignedToken[]
  readonly probed: readonly ProbedVerifier[]
}

const FACT = 'trust'
const NONE: TrustFacts = { keys: [], signed: [], probed: [] }

export async function trustFacts(session: Session): Promise<TrustFacts> {
  const stored: unknown = parseObject((await readMeta(session, FACT)) ?? '')
  return isFacts(stored) ? stored : NONE
}

/** Only {@link keepTrustFacts} writes what is read here, so that its members identify it. */
const isFacts = (value: unknown): value is TrustFacts =>
  isObject(value) && ['keys', 'signed', 'probed'].every((name) => Array.isArray(value[name]))

export async function keepTrustFacts(session: Session, facts: TrustFacts): Promise<void> {
  const value = JSON.stringify(facts)
  if ((await readMeta(session, FACT)) !== value) await insertMeta(session, FACT, value)
}

export async function trustMark(session: Session): Promise<string> {
  const stored = await readMeta(session, FACT)
  return stored === undefined ? '' : createHash('sha256').update(stored).digest('hex')
}
