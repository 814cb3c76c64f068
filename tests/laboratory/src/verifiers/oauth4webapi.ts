import * as oauth from 'oauth4webapi'
import { boundKeys, inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'

/** Seconds for which it keeps a key set; no option shortens it. */
const LIFETIME_S = 300

const fetchedAt = (keys: oauth.JWKSCacheInput): unknown => Reflect.get(keys, 'uat')

export const oauth4webapi: Specimen = {
  name: 'oauth4webapi',
  versions: npm('oauth4webapi'),
  boundBy: 'customFetch of the key set',
  open: inProcess((place, way) => {
    const { cacheS = 0, fault } = way
    const keys: oauth.JWKSCacheInput = {}
    const options: oauth.ValidateJWTAccessTokenOptions = {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async () => Response.json(await boundKeys(place, way)),
      [oauth.jwksCache]: keys,
      ...(fault === 'expiry' && { [oauth.clockTolerance]: 2 * 86_400 }),
    }
    return async (token) => {
      const asked = new Request('http://127.0.0.1/', {
        headers: { authorization: `Bearer ${token}` },
      })
      const before = fetchedAt(keys)
      // A new object each time, so that the key set is that of the cache.
      const server = { issuer: place.issuer, jwks_uri: place.jwksUri }
      try {
        return await oauth.validateJwtAccessToken(server, asked, place.audience, options)
      } finally {
        // A fetched key set counts as one of long ago.
        const after = fetchedAt(keys)
        if (typeof after === 'number' && after !== before)
          Reflect.set(keys, 'uat', after - (LIFETIME_S - cacheS))
      }
    }
  }),
  faults: ['kid', 'retired', 'expiry'],
  caches: [{ setting: '300, begun 298 ago', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 }],
}
