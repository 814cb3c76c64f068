/** The claims of an access token, read strictly. Source: RFC 9068, section 2.2; RFC 7519. */
import { type Json, readJti, text } from '@mintmark/core'
import { tokenIdBytes } from '@mintmark/ledger'
import type { IssuerPolicy } from './policies.ts'
import type { StrictJws } from './strict_jws.ts'

/** How far the clocks of issuer and guard may differ. */
export const SKEW_MS = 60_000

export interface Claims {
  /** Since 1970-01-01 UTC; NaN if the token does not say. */
  readonly issuedAtMs: number
  readonly expiresMs: number
  readonly audiences: readonly string[]
  /** Undefined without `jti`: no ledger records such a token. */
  readonly tokenId: string | undefined
  readonly id: Uint8Array
}

const NO_ID = new Uint8Array()

export type ClaimRefusal = 'wrong-type' | 'claims' | 'expired' | 'not-yet' | 'lifetime'

/** As far as they can be read: a stolen key may sign anything. */
export function readClaims({ payload }: StrictJws): Claims {
  const reading = readJti(payload['jti'])
  const tokenId = reading.state === 'present' ? reading.tokenId : undefined
  return {
    issuedAtMs: msOf(payload['iat']),
    expiresMs: msOf(payload['exp']),
    audiences: audiencesOf(payload['aud']),
    tokenId,
    id: tokenId === undefined ? NO_ID : tokenIdBytes(tokenId),
  }
}

export function claimRefusal(
  { header, payload }: StrictJws,
  { issuedAtMs, expiresMs, audiences }: Claims,
  { policy, nowMs }: { readonly policy: IssuerPolicy; readonly nowMs: number },
): ClaimRefusal | undefined {
  if (!policy.types.has(typeOf(header))) return 'wrong-type'
  const notBeforeMs = payload['nbf'] === undefined ? 0 : msOf(payload['nbf'])
  if (Number.isNaN(issuedAtMs + expiresMs + notBeforeMs) || audiences.length === 0) return 'claims'
  if (expiresMs <= nowMs) return 'expired'
  if (Math.max(issuedAtMs, notBeforeMs) > nowMs + SKEW_MS) return 'not-yet'
  const isShort = expiresMs > issuedAtMs && expiresMs - issuedAtMs <= policy.maxLifetimeMs
  return isShort ? undefined : 'lifetime'
}

/** RFC 7515, section 4.1.9: the prefix may be left out. */
const typeOf = (header: Json): string =>
  (text(header, 'typ') ?? '').toLowerCase().replace(/^application\//, '')

function msOf(value: unknown): number {
  const ms = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN
  return Number.isSafeInteger(ms) && ms > 0 ? ms : Number.NaN
}

function audiencesOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  const texts = values.filter((each): each is string => typeof each === 'string')
  return texts.length === values.length ? texts : []
}
