import * as client from 'openid-client'
import { boundKeys, inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'

const NONCE = 'a-nonce-of-the-laboratory'

export const openidClient: Specimen = {
  name: 'openid-client',
  versions: npm('openid-client'),
  boundBy: 'customFetch of the key set',
  token: { typ: 'JWT', claims: { nonce: NONCE } },
  open: inProcess((place, way) => {
    const { issuer, audience, jwksUri } = place
    const metadata = { issuer, jwks_uri: jwksUri, id_token_signing_alg_values_supported: ['ES256'] }
    return async (token) => {
      const clockTolerance = way.fault === 'expiry' ? { [client.clockTolerance]: 2 * 86_400 } : {}
      const own = { response_types: ['id_token'], id_token_signed_response_alg: 'ES256' }
      const config = new client.Configuration(metadata, audience, { ...own, ...clockTolerance })
      client.allowInsecureRequests(config)
      client.useIdTokenResponseType(config)
      config[client.customFetch] = async () => Response.json(await boundKeys(place, way))
      const body = new URLSearchParams({ id_token: token })
      const answer = new Request('http://127.0.0.1/callback', { method: 'POST', body })
      return await client.implicitAuthentication(config, answer, NONCE)
    }
  }),
  faults: ['kid', 'retired', 'expiry'],
}
