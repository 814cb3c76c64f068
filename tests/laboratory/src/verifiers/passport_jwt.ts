import { decodeProtectedHeader } from 'jose'
import jwksRsa from 'jwks-rsa'
import passport from 'passport'
import { ExtractJwt, type SecretOrKeyProvider, Strategy } from 'passport-jwt'
import { inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'
import { assertHeader } from './jsonwebtoken.ts'
import { clientOptions, JWKS_RSA_CACHES } from './jwks_rsa.ts'
import { middlewareVerify } from './middleware.ts'

export const passportJwt: Specimen = {
  name: 'passport-jwt',
  versions: npm('passport-jwt', 'jwks-rsa'),
  boundBy: 'fetcher of jwks-rsa; typ and crit: secretOrKeyProvider; exp: verify callback',
  open: inProcess((place, way) => {
    const { fault } = way
    const keys = jwksRsa.passportJwtSecret(clientOptions(place, way))
    const secretOrKeyProvider: SecretOrKeyProvider = (request, token, done) => {
      try {
        assertHeader({ alg: '', ...decodeProtectedHeader(String(token)) }, way)
        keys(request, token, done)
      } catch (error) {
        done(error, undefined)
      }
    }
    const strategy = new Strategy(
      {
        secretOrKeyProvider,
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        algorithms: ['ES256'],
        ...(fault !== 'issuer' && { issuer: place.issuer }),
        ...(fault !== 'audience' && { audience: place.audience }),
        ...(fault === 'expiry' && { ignoreExpiration: true }),
      },
      (claims: { readonly exp?: unknown }, done) => done(null, claims.exp !== undefined && claims),
    )
    return middlewareVerify(
      passport.authenticate(strategy, { session: false, failWithError: true }),
    )
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: JWKS_RSA_CACHES,
}
