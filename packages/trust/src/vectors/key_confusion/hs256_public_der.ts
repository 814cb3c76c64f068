import { macToken } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const hs256PublicDer: Vector = {
  id: 'hs256-public-der',
  family: 'key',
  axis: 'alg',
  level: 'required',
  what: 'HS256, with the public key in DER as the secret.',
  forbiddenBy: 'RFC 8725, section 3.1',
  incident: 'CVE-2015-9235: jsonwebtoken took the public key for a secret',
  settings: ALGORITHMS,
  forge: (forge) => {
    const secret = forge.publicKey('signing').export({ format: 'der', type: 'spki' })
    return macToken({ ...forge.header(), alg: 'HS256' }, forge.claims, secret)
  },
}
