import { createPublicKey } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import buildGetJwks from 'get-jwks'
import { type Cache, inProcess, maySign, type Place, type Specimen, type Way } from '../specimen.ts'
import { npm } from '../versions.ts'

type FindKey = (header: { readonly kid?: string; readonly alg?: string }) => Promise<string>

/** Key of a set that get-jwks keeps, compared with the issuer before it is used. */
export function keyOf(place: Place, way: Way): FindKey {
  const ttl = way.cacheS === undefined ? {} : { ttl: way.cacheS * 1000 }
  const jwks = buildGetJwks({ jwksPath: '/keys', ...ttl })
  return async ({ kid, alg }) => {
    if (typeof kid !== 'string' || alg !== 'ES256') throw new TypeError('no key of that name')
    const jwk = await jwks.getJwk({ domain: place.issuer, alg, kid })
    if (!maySign(jwk, place, way)) throw new TypeError('a key of another issuer or class')
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    return key.export({ format: 'pem', type: 'spki' }).toString()
  }
}

const ENDLESS = Number.POSITIVE_INFINITY
export const GET_JWKS_CACHES: readonly Cache[] = [
  {
    setting: 'ttl 2',
    way: { cacheS: 2 },
    reachableS: 2,
    unreachableS: 2,
    kept: {
      reachableS: ENDLESS,
      unreachableS: ENDLESS,
      why: 'a refresh that does not find the key gives its stale copy, which counts as fresh',
    },
  },
]

export const fastJwt: Specimen = {
  name: 'fast-jwt',
  versions: npm('fast-jwt', 'get-jwks'),
  boundBy: 'key function, with the key of get-jwks',
  open: inProcess((place, way) => {
    const { fault } = way
    const find = keyOf(place, way)
    const claims = ['exp', 'iss', 'aud'].filter(
      (name) =>
        !(name === 'iss' && fault === 'issuer') && !(name === 'aud' && fault === 'audience'),
    )
    return createVerifier({
      key: async ({ header }: { header: { kid?: string; alg?: string } }) => await find(header),
      algorithms: ['ES256'],
      requiredClaims: claims,
      ...(fault !== 'issuer' && { allowedIss: place.issuer }),
      ...(fault !== 'audience' && { allowedAud: place.audience }),
      ...(fault !== 'type' && { checkTyp: 'at+jwt' }),
      ...(fault === 'expiry' && { ignoreExpiration: true }),
    })
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: GET_JWKS_CACHES,
}
