import OktaJwtVerifier from '@okta/jwt-verifier'
import { boundKeys, inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'

export const okta: Specimen = {
  name: '@okta/jwt-verifier',
  versions: npm('@okta/jwt-verifier'),
  boundBy: 'the caller, by the kid of the answer; typ and crit too; a signature before',
  token: { algorithm: 'RS256' },
  leaves: {
    'exp-missing': 'no option requires exp',
    'exp-text': 'a text is no time, and not refused',
    'exp-list': 'a list is no time, and not refused',
    'nbf-text': 'a text is no time, and not refused',
  },
  open: inProcess((place, way) => {
    const { fault, cacheS } = way
    const verifier = new OktaJwtVerifier({
      issuer: place.issuer,
      jwksUri: place.jwksUri,
      testing: { disableHttpsCheck: true },
      ...(cacheS !== undefined && { cacheMaxAge: cacheS * 1000, jwksRequestsPerMinute: 1000 }),
    })
    return async (token) => {
      // Without a signature njwt 2.0.1 throws where nobody can catch it, and the process ends.
      if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return false
      const { header } = await verifier.verifyAccessToken(token, place.audience)
      const [typ, crit] = ['typ', 'crit'].map((name): unknown => Reflect.get(header, name))
      if (crit !== undefined || (fault !== 'type' && typ !== 'at+jwt')) return false
      // The short cache is measured without it: it asks for the key set each time.
      if (fault === 'kid' || cacheS !== undefined) return true
      return (await boundKeys(place, way)).keys.some(({ kid }) => kid === header.kid)
    }
  }),
  faults: ['kid', 'retired', 'type'],
  caches: [{ setting: 'cacheMaxAge 2', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 }],
}
