/** jwks-rsa as the key cache of three libraries, which know a key by its kid alone. */
import jwksRsa from 'jwks-rsa'
import { boundKeys, type Cache, type Place, type Way } from '../specimen.ts'

/** Options of a client whose key set has the bound keys alone. */
export function clientOptions(place: Place, way: Way): jwksRsa.OptionsWithUri {
  const { cacheS, staleS } = way
  return {
    jwksUri: place.jwksUri,
    fetcher: () => boundKeys(place, way),
    ...(cacheS !== undefined && { cacheMaxAge: cacheS * 1000 }),
    ...(staleS !== undefined && { cacheMaxAgeFallback: staleS * 1000 }),
  }
}

export const keyClient = (place: Place, way: Way): jwksRsa.JwksClient =>
  jwksRsa(clientOptions(place, way))

export const JWKS_RSA_CACHES: readonly Cache[] = [
  { setting: 'cacheMaxAge 2', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 },
  {
    setting: 'cacheMaxAge 2, cacheMaxAgeFallback 3',
    way: { cacheS: 2, staleS: 3 },
    reachableS: 2,
    unreachableS: 5,
    kept: {
      reachableS: 2,
      unreachableS: 6,
      why: 'a stale key counts for another whole cacheMaxAge',
    },
  },
]

/** jsonwebtoken and what is built on it look at neither. */
export const JSONWEBTOKEN_LEAVES = {
  'exp-missing': 'no option requires exp; maxAge measures from iat',
} as const
