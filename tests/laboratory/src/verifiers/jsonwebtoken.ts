import jwt, { type GetPublicKeyOrSecret, type JwtHeader } from 'jsonwebtoken'
import { inProcess, type Specimen, type Way } from '../specimen.ts'
import { npm } from '../versions.ts'
import { JSONWEBTOKEN_LEAVES, JWKS_RSA_CACHES, keyClient } from './jwks_rsa.ts'

/** What jsonwebtoken does not look at, and a function for keys can. */
export function assertHeader({ typ, crit }: JwtHeader, { fault }: Way): void {
  if (crit !== undefined || (fault !== 'type' && typ !== 'at+jwt'))
    throw new TypeError('the header of another token')
}

export const jsonwebtoken: Specimen = {
  name: 'jsonwebtoken',
  versions: npm('jsonwebtoken', 'jwks-rsa'),
  boundBy: 'fetcher of jwks-rsa; typ and crit: secretOrPublicKey',
  leaves: JSONWEBTOKEN_LEAVES,
  open: inProcess((place, way) => {
    const { fault } = way
    const client = keyClient(place, way)
    const key: GetPublicKeyOrSecret = (header, answer) => {
      Promise.resolve(header)
        .then((checked) => assertHeader(checked, way))
        .then(() => client.getSigningKey(header.kid))
        .then((found) => answer(null, found.getPublicKey()))
        .catch(() => answer(new Error('no key')))
    }
    const options = {
      algorithms: ['ES256' as const],
      ...(fault !== 'issuer' && { issuer: place.issuer }),
      ...(fault !== 'audience' && { audience: place.audience }),
      ...(fault === 'expiry' && { ignoreExpiration: true }),
    }
    return (token) =>
      new Promise((resolve, reject) => {
        jwt.verify(token, key, options, (error, claims) =>
          error ? reject(error) : resolve(claims),
        )
      })
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: JWKS_RSA_CACHES,
}
