import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'
import { inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'
import { assertHeader } from './jsonwebtoken.ts'
import { clientOptions, JWKS_RSA_CACHES } from './jwks_rsa.ts'
import { middlewareVerify } from './middleware.ts'

export const expressJwt: Specimen = {
  name: 'express-jwt',
  versions: npm('express-jwt', 'jwks-rsa'),
  boundBy: 'fetcher of jwks-rsa; typ, crit and exp: isRevoked',
  open: inProcess((place, way) => {
    const { fault } = way
    return middlewareVerify(
      expressjwt({
        secret: jwksRsa.expressJwtSecret(clientOptions(place, way)),
        algorithms: ['ES256'],
        ...(fault !== 'issuer' && { issuer: place.issuer }),
        ...(fault !== 'audience' && { audience: place.audience }),
        ...(fault === 'expiry' && { ignoreExpiration: true }),
        isRevoked: (_request, token) => {
          if (token === undefined) return true
          assertHeader(token.header, way)
          return typeof token.payload === 'string' || token.payload.exp === undefined
        },
      }),
    )
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: JWKS_RSA_CACHES,
}
