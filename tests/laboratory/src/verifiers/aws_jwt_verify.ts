import { verifyTarget } from '@mintmark/trust'
import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleFetcher } from 'aws-jwt-verify/https'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { maySign, type Specimen } from '../specimen.ts'
import { tlsFront } from '../tls_front.ts'
import { npm } from '../versions.ts'

export const awsJwtVerify: Specimen = {
  name: 'aws-jwt-verify',
  versions: npm('aws-jwt-verify'),
  boundBy: 'customJwtCheck, with the key; keys over https with an own CA',
  open: async (place, way) => {
    const { fault } = way
    const front = await tlsFront(place.jwksUri)
    const fetcher = new SimpleFetcher({ defaultRequestOptions: { ca: front.certificate } })
    const jwksCache = new SimpleJwksCache({ fetcher })
    const verifier = JwtVerifier.create(
      {
        issuer: fault === 'issuer' ? null : place.issuer,
        audience: fault === 'audience' ? null : place.audience,
        jwksUri: front.url,
        ...(fault === 'expiry' && { graceSeconds: 2 * 86_400 }),
        customJwtCheck: ({ header, payload, jwk }) => {
          if (!maySign(jwk, place, way)) throw new TypeError('a key of another issuer or class')
          if (fault !== 'type' && header['typ'] !== 'at+jwt') throw new TypeError('another type')
          if (header['crit'] !== undefined) throw new TypeError('an extension')
          if (payload.exp === undefined) throw new TypeError('no exp')
        },
      },
      { jwksCache },
    )
    return { target: verifyTarget((token) => verifier.verify(token)), close: front.close }
  },
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: [
    {
      setting: 'SimpleJwksCache, until an unknown kid',
      way: {},
      reachableS: Number.POSITIVE_INFINITY,
      unreachableS: Number.POSITIVE_INFINITY,
    },
  ],
}
