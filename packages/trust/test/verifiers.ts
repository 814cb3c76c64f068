/** Small verifiers made with jose: strict, and each with one planted fault. */
import { createHmac, createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import type { ProbeReport, VerifierConfig, Verify } from '../src/harness/harness.ts'
import type { RunningIssuer } from '../src/index.ts'

export interface RemoteCache {
  /** Milliseconds. */
  readonly cacheMaxAge?: number
  readonly cooldownDuration?: number
}

/** What one check of a verifier is left out, or done wrong. */
export interface Fault {
  readonly name: string
  /** Vectors that it accepts, and no other. */
  readonly accepts: readonly string[]
  readonly make: (place: VerifierConfig) => Verify
}

export const placeOf = ({ url, audience }: Omit<RunningIssuer, 'stop'>): VerifierConfig => {
  return { issuer: url, audience, jwksUri: `${url}/keys` }
}

/** Vectors that a target accepts, or that have no outcome. */
export const notRefused = ({ vectors }: ProbeReport): string[] =>
  vectors.filter(({ outcome }) => outcome !== 'refused').map(({ vector }) => vector.id)

const STRICT: JWTVerifyOptions = {
  algorithms: ['ES256'],
  typ: 'at+jwt',
  requiredClaims: ['exp', 'iss', 'aud'],
}

const remote = ({ jwksUri }: VerifierConfig, cache: RemoteCache = {}) =>
  createRemoteJWKSet(new URL(jwksUri), cache)

/** Verifies with a key of the set, and knows of no class: fully configured, as most are. */
export function merged(
  place: VerifierConfig,
  cache: RemoteCache = {},
  but: JWTVerifyOptions = {},
): Verify {
  const { issuer, audience } = place
  const keys = remote(place, cache)
  return (token) => jwtVerify(token, keys, { ...STRICT, issuer, audience, ...but })
}

/** Takes keys of the enterprise class alone, and only for the issuer that they are of. */
export function strict(place: VerifierConfig, but: JWTVerifyOptions = {}): Verify {
  return classBound(place, { ...STRICT, issuer: place.issuer, audience: place.audience, ...but })
}

function classBound(place: VerifierConfig, options: JWTVerifyOptions): Verify {
  const keys = remote(place)
  const bound: JWTVerifyGetKey = async (header, token) => {
    const key = await keys(header, token)
    assertClass(
      keys.jwks()?.keys.find(({ kid }) => kid === header.kid),
      place.issuer,
    )
    return key
  }
  return (token) => jwtVerify(token, bound, options)
}

function assertClass(jwk: unknown, issuer: string): void {
  const isBound = isObject(jwk) && jwk['issuer'] === issuer && jwk['x_class'] === 'enterprise'
  if (!isBound) throw new TypeError('a key of another issuer or class')
}

/** Strict for the first token of each name, which is remembered. */
function remembering(place: VerifierConfig, nameOf: (token: string) => string): Verify {
  const accepted = new Map<string, unknown>()
  const verify = strict(place)
  const nameIn = (token: string) => {
    try {
      return nameOf(token)
    } catch {
      return token
    }
  }
  return async (token) => {
    const name = nameIn(token)
    const payload = accepted.get(name) ?? (await verify(token))
    accepted.set(name, payload)
    return payload
  }
}

/** Strict, save for tokens that the fault takes. */
const or =
  (fault: (place: VerifierConfig) => Verify) =>
  (place: VerifierConfig): Verify => {
    const [usual, wrong] = [strict(place), fault(place)]
    return async (token) => {
      try {
        return await usual(token)
      } catch {
        return await wrong(token)
      }
    }
  }

/** A check by hand of what jose cannot be asked to leave out. */
const byHand = (check: (token: string, header: Json, place: VerifierConfig) => unknown) =>
  or((place) => (token) => {
    const { iss, aud, exp = 0 } = decodeJwt(token)
    const isOurs = iss === place.issuer && aud === place.audience && exp > Date.now() / 1000
    return isOurs && check(token, { ...decodeProtectedHeader(token) }, place)
  })

/** Verifies all but the signature with a key from somewhere else. */
const withKey = (find: (header: Json) => Promise<JWK | undefined>) =>
  or((place) => async (token) => {
    const jwk = await find({ ...decodeProtectedHeader(token) })
    if (jwk === undefined) return false
    const key = await importJWK({ ...jwk, kty: jwk.kty ?? '' }, 'ES256')
    return await jwtVerify(token, key, {
      ...STRICT,
      issuer: place.issuer,
      audience: place.audience,
    })
  })

const isMac = (token: string, secret: string | Uint8Array) => {
  const at = token.lastIndexOf('.')
  const mac = createHmac('sha256', secret).update(token.slice(0, at)).digest('base64url')
  return mac === token.slice(at + 1)
}

const fetched = async (address: unknown): Promise<JWK | undefined> => {
  if (typeof address !== 'string' || !address.startsWith('http')) return undefined
  const keys = parseObject(await (await fetch(address)).text())?.['keys']
  const first: unknown = Array.isArray(keys) ? keys[0] : undefined
  return isObject(first) ? first : undefined
}

export const ALL_2023: readonly string[] = [
  'consumer-key',
  'retired-key-listed',
  'key-unlisted',
  'other-tenant-key',
  'disabled-issuer-key',
]

export const FAULTS: readonly Fault[] = [
  { name: 'knows no class of keys', accepts: ALL_2023, make: (place) => merged(place) },
  {
    name: 'checks the class of a key, and not its issuer',
    accepts: ['other-tenant-key'],
    make: (place) => {
      const keys = remote(place)
      const verify = merged(place)
      return async (token) => {
        await verify(token)
        await keys(decodeProtectedHeader(token), { payload: '', signature: '' })
        const { kid } = decodeProtectedHeader(token)
        const jwk: unknown = keys.jwks()?.keys.find((each) => each.kid === kid)
        return isObject(jwk) && jwk['x_class'] === 'enterprise'
      }
    },
  },
  {
    name: 'takes every issuer whose key is in the set',
    accepts: [
      'iss-consumer-own-key',
      'iss-disabled-own-key',
      'iss-tenant-own-key',
      'retired-key-listed',
      'key-unlisted',
    ],
    make: (place) => {
      const keys = remote(place)
      return async (token) => {
        await jwtVerify(token, keys, { ...STRICT, audience: place.audience })
        const { kid } = decodeProtectedHeader(token)
        const jwk: unknown = keys.jwks()?.keys.find((each) => each.kid === kid)
        return isObject(jwk) && jwk['issuer'] === decodeJwt(token).iss
      }
    },
  },
  {
    name: 'remembers what it accepted by its id',
    accepts: ['claims-changed', 'signature-random'],
    make: (place) => remembering(place, (token) => String(decodeJwt(token).jti)),
  },
  {
    name: 'remembers what it accepted without its signature',
    accepts: ['signature-random'],
    make: (place) => remembering(place, (token) => token.replace(/[^.]*$/, '')),
  },
  {
    name: 'checks no audience',
    accepts: [
      'aud-other',
      'aud-missing',
      'aud-empty',
      'aud-empty-list',
      'aud-other-list',
      'aud-longer',
      'aud-shorter',
      'aud-upper-case',
      'aud-client',
      'aud-twice',
    ],
    make: (place) =>
      classBound(place, { ...STRICT, requiredClaims: ['exp', 'iss'], issuer: place.issuer }),
  },
  {
    name: 'looks for the audience within a text',
    accepts: ['aud-longer'],
    make: (place) => {
      const verify = classBound(place, { ...STRICT, issuer: place.issuer })
      return async (token) => {
        await verify(token)
        const { aud } = decodeJwt(token)
        return typeof aud === 'string' && aud.includes(place.audience)
      }
    },
  },
  {
    name: 'checks the audience only where there is one',
    accepts: ['aud-missing'],
    make: (place) => {
      const [whole, bare] = [
        strict(place),
        classBound(place, { ...STRICT, requiredClaims: ['exp'], issuer: place.issuer }),
      ]
      return (token) => (decodeJwt(token).aud === undefined ? bare(token) : whole(token))
    },
  },
  {
    name: 'checks no issuer',
    accepts: [
      'iss-other',
      'iss-missing',
      'iss-empty',
      'iss-longer',
      'iss-inside',
      'iss-slash',
      'iss-upper-case',
      'iss-list',
      'iss-consumer',
      'iss-twice',
    ],
    make: (place) =>
      classBound(place, {
        ...STRICT,
        requiredClaims: ['exp', 'aud'],
        audience: place.audience,
      }),
  },
  {
    name: 'takes an expired token',
    accepts: ['exp-past-ten-minutes', 'exp-past-day', 'exp-twice', 'nbf-future'],
    make: (place) => strict(place, { clockTolerance: '2 days' }),
  },
  {
    name: 'wants no exp',
    accepts: ['exp-missing'],
    make: (place) => strict(place, { requiredClaims: ['iss', 'aud'] }),
  },
  {
    name: 'checks no typ',
    accepts: ['typ-missing', 'typ-jwt', 'typ-logout'],
    make: (place) => {
      const { typ: _, ...options } = STRICT
      return classBound(place, { ...options, issuer: place.issuer, audience: place.audience })
    },
  },
  {
    name: 'takes alg none',
    accepts: ['alg-none', 'actor-unsigned', 'header-twice'],
    make: byHand((token, { alg }) => alg === 'none' && token.endsWith('.')),
  },
  {
    name: 'takes alg none in any letters',
    accepts: [
      'alg-none',
      'alg-none-mixed-case',
      'alg-none-upper-case',
      'actor-unsigned',
      'header-twice',
    ],
    make: byHand((token, { alg }) => String(alg).toLowerCase() === 'none' && token.endsWith('.')),
  },
  {
    name: 'takes the public key for a secret',
    accepts: ['hs256-public-pem'],
    make: byHand(async (token, { alg, kid }, { jwksUri }) => {
      const keys = parseObject(await (await fetch(jwksUri)).text())?.['keys']
      const jwk: unknown = Array.isArray(keys)
        ? keys.find((each) => isObject(each) && each['kid'] === kid)
        : undefined
      if (alg !== 'HS256' || !isObject(jwk)) return false
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      return isMac(token, key.export({ format: 'pem', type: 'spki' }).toString())
    }),
  },
  {
    name: 'reads the secret from the file that the kid names',
    accepts: ['kid-path'],
    make: byHand((token, header) => {
      const kid = text(header, 'kid')
      if (header['alg'] !== 'HS256' || kid?.startsWith('../') !== true) return false
      return isMac(token, readFileSync(`/tmp/${kid}`))
    }),
  },
  {
    name: 'has a secret that everybody knows',
    accepts: ['hs256-common-secret', 'kid-query'],
    make: byHand((token, { alg }) => alg === 'HS256' && isMac(token, 'secret')),
  },
  {
    name: 'trusts the key in the header',
    accepts: ['embedded-jwk', 'embedded-jwk-real-kid'],
    make: withKey(({ jwk }) => Promise.resolve(isObject(jwk) ? jwk : undefined)),
  },
  { name: 'follows jku', accepts: ['jku'], make: withKey(({ jku }) => fetched(jku)) },
  {
    name: 'fetches keys from the kid',
    accepts: ['kid-address'],
    make: withKey(({ kid }) => fetched(kid)),
  },
  {
    name: 'trusts any certificate in the header',
    accepts: ['x5c-own-certificate', 'x5c-real-kid'],
    make: withKey(({ x5c }) => {
      const first: unknown = Array.isArray(x5c) ? x5c[0] : undefined
      if (typeof first !== 'string') return Promise.resolve(undefined)
      const { publicKey } = new X509Certificate(Buffer.from(first, 'base64'))
      return Promise.resolve(publicKey.export({ format: 'jwk' }))
    }),
  },
  {
    name: 'takes a signature of zeros',
    accepts: ['signature-zero'],
    make: byHand((token) => token.endsWith(`.${Buffer.alloc(64).toString('base64url')}`)),
  },
  {
    name: 'drops extensions that it does not know',
    accepts: ['crit-unknown'],
    make: (place) => strict(place, { crit: { 'x-mintmark': true } }),
  },
  {
    name: 'looks at the bytes of a signature that it needs, and no further',
    accepts: ['signature-longer'],
    make: or((place) => {
      const usual = strict(place)
      return (token) => {
        const at = token.lastIndexOf('.') + 1
        const signed = Buffer.from(token.slice(at), 'base64url').subarray(0, 64)
        return usual(`${token.slice(0, at)}${signed.toString('base64url')}`)
      }
    }),
  },
  {
    name: 'reads the first three parts',
    accepts: ['four-parts'],
    make: or((place) => {
      const usual = strict(place)
      return (token) => usual(token.split('.').slice(0, 3).join('.'))
    }),
  },
  {
    name: 'takes the JSON serialisation too',
    accepts: ['json-form'],
    make: or((place) => {
      const usual = strict(place)
      return (token) => {
        const json = parseObject(token) ?? {}
        const parts = ['protected', 'payload', 'signature'].map((name) => text(json, name))
        return usual(parts.join('.'))
      }
    }),
  },
]

/** Verifies nothing at all. */
export const decodesOnly =
  ({ issuer, audience }: VerifierConfig): Verify =>
  (token) => {
    const { iss, aud } = decodeJwt(token)
    return iss === issuer && aud === audience && decodeProtectedHeader(token).alg !== undefined
  }
