import { Hono } from 'hono'
import { jwk } from 'hono/jwk'
import { boundKeys, inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'

export const hono: Specimen = {
  name: 'hono/jwk',
  versions: npm('hono'),
  boundBy: 'keys function',
  leaves: {
    'exp-missing': 'no option requires exp',
  },
  open: inProcess((place, way) => {
    const { fault } = way
    const app = new Hono()
    app.use(
      jwk({
        keys: async () => (await boundKeys(place, way)).keys,
        alg: ['ES256'],
        verification: {
          ...(fault !== 'issuer' && { iss: place.issuer }),
          ...(fault !== 'audience' && { aud: place.audience }),
          typ: 'at+jwt',
          ...(fault === 'expiry' && { exp: false }),
        },
      }),
    )
    app.get('/', (context) => context.text('mail'))
    return async (token) =>
      (await app.request('/', { headers: { authorization: `Bearer ${token}` } })).ok
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry'],
}
