import fastifyJwt from '@fastify/jwt'
import { isObject } from '@mintmark/core'
import { bearerTarget } from '@mintmark/trust'
import fastify from 'fastify'
import type { Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'
import { GET_JWKS_CACHES, keyOf } from './fast_jwt.ts'

export const fastifyJwtSpecimen: Specimen = {
  name: '@fastify/jwt',
  versions: npm('@fastify/jwt', 'get-jwks'),
  boundBy: 'secret function, with the key of get-jwks',
  open: async (place, way) => {
    const { fault } = way
    const find = keyOf(place, way)
    const app = fastify()
    const claims = ['exp', 'iss', 'aud'].filter(
      (name) =>
        !(name === 'iss' && fault === 'issuer') && !(name === 'aud' && fault === 'audience'),
    )
    await app.register(fastifyJwt, {
      decode: { complete: true },
      secret: async (_request: unknown, token: unknown) => {
        const header = isObject(token) && isObject(token['header']) ? token['header'] : {}
        return await find(header)
      },
      verify: {
        algorithms: ['ES256'],
        requiredClaims: claims,
        ...(fault !== 'issuer' && { allowedIss: place.issuer }),
        ...(fault !== 'audience' && { allowedAud: place.audience }),
        ...(fault !== 'type' && { checkTyp: 'at+jwt' }),
        ...(fault === 'expiry' && { ignoreExpiration: true }),
      },
    })
    app.get('/', (request) => request.jwtVerify())
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    // Many refusals of it are errors of the server.
    return { target: bearerTarget({ url, refuse: new Set([500]) }), close: () => app.close() }
  },
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type'],
  caches: GET_JWKS_CACHES,
}
