import { auth } from 'express-oauth2-jwt-bearer'
import { boundKeys, inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'
import { middlewareVerify } from './middleware.ts'

export const expressOauth2: Specimen = {
  name: 'express-oauth2-jwt-bearer',
  versions: npm('express-oauth2-jwt-bearer'),
  boundBy: 'validators, with the kid of the header',
  open: inProcess((place, way) => {
    const { fault, cacheS } = way
    return middlewareVerify(
      auth({
        issuer: place.issuer,
        jwksUri: place.jwksUri,
        audience: place.audience,
        strict: fault !== 'type',
        tokenSigningAlg: 'ES256',
        ...(cacheS !== undefined && { cacheMaxAge: cacheS * 1000 }),
        validators: {
          ...(fault === 'issuer' && { iss: false }),
          ...(fault === 'audience' && { aud: false }),
          ...(fault === 'expiry' && { exp: false }),
          // The short cache is measured without it: it asks for the key set each time.
          ...(fault !== 'kid' &&
            cacheS === undefined && {
              kid: async (_value, _claims, header) =>
                (await boundKeys(place, way)).keys.some(({ kid }) => kid === header.kid),
            }),
        },
      }),
    )
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: [{ setting: 'cacheMaxAge 2', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 }],
}
