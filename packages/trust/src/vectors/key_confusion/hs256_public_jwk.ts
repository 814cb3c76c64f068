import { macToken } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const hs256PublicJwk: Vector = {
  id: 'hs256-public-jwk',
  family: 'key',
  axis: 'alg',
  level: 'required',
  what: 'HS256, with the text of the public JWK as the secret.',
  forbiddenBy: 'RFC 8725, section 3.1',
  incident: 'CVE-2015-9235: jsonwebtoken took the public key for a secret',
  settings: ALGORITHMS,
  forge: (forge) => {
    const secret = JSON.stringify(forge.publicKey('signing').export({ format: 'jwk' }))
    return macToken({ ...forge.header(), alg: 'HS256' }, forge.claims, secret)
  },
}
