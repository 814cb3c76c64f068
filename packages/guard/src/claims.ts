/**
 * The claims that every access token has, read strictly.
 *
 * Source: RFC 9068, section 2.2; RFC 7519.
 *
 * @module
 */
import { type Json, readJti, text } from '@mintmark/core'
import { tokenIdBytes } from '@mintmark/ledger'
import type { IssuerPolicy } from './policies.ts'
import type { StrictJws } from './strict_jws.ts'

/** How far the clocks of issuer and guard may differ. */
const SKEW_MS = 60_000

export interface Claims {
  readonly issuedAtMs: number
  readonly expiresMs: number
  readonly audiences: readonly string[]
  /** Undefined where there is no `jti`: no ledger records such a token. */
  readonly tokenId: string | undefined
  /** 16 bytes; empty without `jti`. */
  readonly id: Uint8Array
}

const NO_ID = new Uint8Array()

export type ClaimRefusal = 'wrong-type' | 'claims' | 'expired' | 'not-yet' | 'lifetime'

export function readClaims(
  { header, payload }: StrictJws,
  policy: IssuerPolicy,
  nowMs: number,
): Claims | ClaimRefusal {
  if (!policy.types.has(typeOf(header))) return 'wrong-type'
  const [iat, exp] = [msOf(payload['iat']), msOf(payload['exp'])]
  const nbf = payload['nbf'] === undefined ? 0 : msOf(payload['nbf'])
  const audiences = audiencesOf(payload['aud'])
  if (iat === undefined || exp === undefined || nbf === undefined || audiences === undefined)
    return 'claims'
  if (exp <= nowMs) return 'expired'
  if (Math.max(iat, nbf) > nowMs + SKEW_MS) return 'not-yet'
  if (exp - iat > policy.maxLifetimeMs || exp <= iat) return 'lifetime'
  const reading = readJti(payload['jti'])
  const tokenId = reading.state === 'present' ? reading.tokenId : undefined
  const id = tokenId === undefined ? NO_ID : tokenIdBytes(tokenId)
  return { issuedAtMs: iat, expiresMs: exp, audiences, tokenId, id }
}

const PREFIX = 'application/'

/** RFC 7515, section 4.1.9: the prefix may be left out. */
export function typeOf(header: Json): string {
  const type = (text(header, 'typ') ?? '').toLowerCase()
  return type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type
}

function msOf(value: unknown): number | undefined {
  if (typeof value !== 'number') return undefined
  const ms = Math.round(value * 1000)
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined
}

function audiencesOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return undefined
  const texts = value.filter((each): each is string => typeof each === 'string')
  return texts.length === value.length && texts.length > 0 ? texts : undefined
}
