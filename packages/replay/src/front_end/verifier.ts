/**
 * A verifier of 2023. Source: Microsoft, "Access tokens", `issuer` of a key; RFC 8725, section 3.8.
 */
import { X509Certificate } from 'node:crypto'
import { isObject, type Json, text } from '@mintmark/core'
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'

export interface KeyChecks {
  /** Drops keys whose members `issuer` and `x_class` name another issuer or class. */
  readonly isClassChecked: boolean
  /** Drops retired keys; undefined: keeps them. */
  readonly rotation?: Rotation | undefined
}

export interface Rotation {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly atMs: number
  /** From the begin of its certificate; undefined: a key retires when its certificate ends. */
  readonly maxAgeMs?: number | undefined
}

/** After this time verifiers have loaded a key set anew. Source: Microsoft, "Access tokens". */
export const RELOAD_MS = 86_400_000
const ANY_TENANT = '{tenantid}'

export function usedKeys(keys: readonly Json[], issuer: string, checks: KeyChecks): Json[] {
  const { isClassChecked, rotation } = checks
  return keys.filter(
    (key) =>
      (!isClassChecked || isOf(key, issuer)) &&
      (rotation === undefined || !isRetired(key, rotation)),
  )
}

function isOf(key: Json, issuer: string): boolean {
  const [before = '', after] = (text(key, 'issuer') ?? '').split(ANY_TENANT)
  const isOwn =
    after === undefined
      ? before === issuer
      : issuer.startsWith(before) && issuer.endsWith(after) && issuer.length > before.length
  return isOwn && (text(key, 'x_class') ?? 'enterprise') === 'enterprise'
}

/** A key without a certificate retires by its class alone. */
function isRetired(key: Json, { atMs, maxAgeMs }: Rotation): boolean {
  if (text(key, 'x_class') === 'retired') return true
  const chain: unknown = key['x5c']
  const first: unknown = Array.isArray(chain) ? chain[0] : undefined
  if (typeof first !== 'string') return false
  const { validFrom, validTo } = new X509Certificate(Buffer.from(first, 'base64'))
  const endMs = maxAgeMs === undefined ? Date.parse(validTo) : Date.parse(validFrom) + maxAgeMs
  return endMs + RELOAD_MS <= atMs
}

export type Verify = (token: string, at?: Date) => Promise<void>

/** Looks the key up by its `kid` alone. @returns what refuses a token by throwing an error of `jose` */
export function verifierOf(
  keys: JWTVerifyGetKey,
  expected: Pick<JWTVerifyOptions, 'issuer' | 'audience' | 'typ'>,
): Verify {
  const options = {
    ...expected,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['exp', 'iss', 'aud'],
  }
  const byKid: JWTVerifyGetKey = async (header, token) => {
    if (header.kid === undefined) throw new errors.JWKSNoMatchingKey()
    return await keys(header, token)
  }
  return async (token, at = new Date()) =>
    void (await jwtVerify(token, byKid, { ...options, currentDate: at }))
}

export const keySetOf = (keys: readonly Json[]): JWTVerifyGetKey => createLocalJWKSet(jwkSet(keys))

/** As `jose` wants a set: it reads every key itself, and refuses anything else. */
export const jwkSet = (keys: readonly Json[]): JSONWebKeySet => ({
  keys: keys.map((key) => ({ ...key, kty: text(key, 'kty') ?? '' })),
})

export function keysIn(document: unknown): Json[] {
  const keys: unknown = isObject(document) ? document['keys'] : undefined
  return Array.isArray(keys) ? keys.filter((key) => isObject(key)) : []
}
