/** A verifier of the laboratory: strict, with planted faults, and with a short cache. */
import { isObject, type Json, parseObject } from '@mintmark/core'
import { type Target, type Verify, verifyTarget } from '@mintmark/trust'
import type { HarnessOptions, VerifierConfig } from '@mintmark/trust/harness'

/** What is planted, and the vectors of which one at least shows it. */
export const FAULTS = {
  kid: { name: 'the kid alone chooses the key', shownBy: ['consumer-key'] },
  retired: { name: 'retired keys count', shownBy: ['retired-key-listed'] },
  issuer: { name: 'any issuer', shownBy: ['iss-other', 'saml-issuer-other'] },
  audience: { name: 'any audience', shownBy: ['aud-other', 'saml-audience-other'] },
  expiry: { name: 'expiry ignored', shownBy: ['exp-past-day', 'exp-missing', 'saml-expired'] },
  type: { name: 'any type', shownBy: ['typ-logout'] },
  none: { name: 'unsigned tokens count', shownBy: ['alg-none'] },
  embedded: { name: 'a key in the header counts', shownBy: ['embedded-jwk'] },
  first: { name: 'the first assertion counts', shownBy: ['saml-wrapping-3'] },
} as const
export type FaultName = keyof typeof FAULTS

/** How a verifier is made: strict, save for this. */
export interface Way {
  readonly fault?: FaultName
  /** Lifetime of cached keys; left out: as strict verifiers of the library have it. */
  readonly cacheS?: number
  /** Seconds for which it serves stale keys in addition. */
  readonly staleS?: number
}

export interface Place extends VerifierConfig {
  /** Of SAML; empty for tokens. */
  readonly metadata: string
}

export interface Opened {
  readonly target: Target
  readonly close?: () => Promise<void> | void
}

export interface Cache {
  /** Setting and seconds, as the library's documentation names them. */
  readonly setting: string
  readonly way: Way
  /** How long it should keep a key that has left the set, seconds; Infinity: as long as it is asked for it. */
  readonly reachableS: number
  /** The same while the key endpoint answers nobody. */
  readonly unreachableS: number
  /** What it does instead, and why. */
  readonly kept?: {
    readonly reachableS: number
    readonly unreachableS: number
    readonly why: string
  }
}

export interface Specimen {
  readonly name: string
  /** Name and version of each part; undefined where one is not installed. */
  readonly versions: () => readonly string[] | undefined
  /** What refuses the keys of 2023. */
  readonly boundBy: string
  readonly isSaml?: true
  readonly token?: Pick<HarnessOptions, 'algorithm' | 'typ' | 'claims'>
  /** Vectors that no option or hook of the library refuses, with the reason. */
  readonly leaves?: Readonly<Record<string, string>>
  readonly open: (place: Place, way: Way) => Opened | Promise<Opened>
  readonly faults: readonly FaultName[]
  readonly caches?: readonly Cache[]
}

/** A verify function as a target. */
export const inProcess =
  (make: (place: Place, way: Way) => Verify | Promise<Verify>): Specimen['open'] =>
  async (place, way) => ({ target: verifyTarget(await make(place, way)) })

export type Jwk = Json & { readonly kty: string; readonly kid: string; readonly alg: string }

const isJwk = (value: unknown): value is Jwk =>
  isObject(value) && ['kty', 'kid', 'alg'].every((name) => typeof value[name] === 'string')

/** Whether a key may sign: one of the issuer itself and of the enterprise class, or what a fault makes of that. */
export function maySign(jwk: unknown, { issuer }: Place, { fault }: Way): boolean {
  if (fault === 'kid') return true
  if (!isObject(jwk) || jwk['issuer'] !== issuer) return false
  return jwk['x_class'] === 'enterprise' || (fault === 'retired' && jwk['x_class'] === 'retired')
}

/** The listed keys that may sign: for libraries that take a key set, and have no hook for one key. */
export async function boundKeys(place: Place, way: Way): Promise<{ keys: Jwk[] }> {
  const keys = parseObject(await (await fetch(place.jwksUri)).text())?.['keys']
  const listed = Array.isArray(keys) ? keys.filter(isJwk) : []
  return { keys: listed.filter((jwk) => maySign(jwk, place, way)) }
}
