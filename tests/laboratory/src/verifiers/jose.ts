import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  importJWK,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { inProcess, maySign, type Place, type Specimen, type Way } from '../specimen.ts'
import { npm } from '../versions.ts'

/** Compares issuer and class of the key that the set has for a token. */
function boundKey(place: Place, way: Way): JWTVerifyGetKey {
  const { cacheS } = way
  const lifetime = cacheS === undefined ? {} : { cacheMaxAge: cacheS * 1000 }
  const keys = createRemoteJWKSet(new URL(place.jwksUri), lifetime)
  return async (header, token) => {
    if (way.fault === 'embedded' && header.jwk !== undefined)
      return await importJWK({ ...header.jwk, kty: header.jwk.kty ?? '' }, 'ES256')
    const key = await keys(header, token)
    if (
      maySign(
        keys.jwks()?.keys.find(({ kid }) => kid === header.kid),
        place,
        way,
      )
    )
      return key
    throw new TypeError('a key of another issuer or class')
  }
}

export const jose: Specimen = {
  name: 'jose',
  versions: npm('jose'),
  boundBy: 'key function of jwtVerify',
  open: inProcess((place, way) => {
    const { fault } = way
    const key = boundKey(place, way)
    const options = {
      algorithms: ['ES256'],
      requiredClaims: ['exp'],
      ...(fault !== 'type' && { typ: 'at+jwt' }),
      ...(fault !== 'issuer' && { issuer: place.issuer }),
      ...(fault !== 'audience' && { audience: place.audience }),
      ...(fault === 'expiry' && { clockTolerance: '2 days' }),
    }
    return (token) =>
      fault === 'none' && decodeProtectedHeader(token).alg === 'none'
        ? true
        : jwtVerify(token, key, options)
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type', 'embedded', 'none'],
  caches: [{ setting: 'cacheMaxAge 2', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 }],
}
