import { macToken } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const hs256PublicPemTrimmed: Vector = {
  id: 'hs256-public-pem-trimmed',
  family: 'key',
  axis: 'alg',
  level: 'required',
  what: 'HS256, with the public key in PEM without its last line break as the secret.',
  forbiddenBy: 'RFC 8725, section 3.1',
  incident: 'CVE-2015-9235: jsonwebtoken took the public key for a secret',
  settings: ALGORITHMS,
  forge: (forge) => {
    const secret = forge.publicKey('signing').export({ format: 'pem', type: 'spki' }).toString()
    return macToken({ ...forge.header(), alg: 'HS256' }, forge.claims, secret.trimEnd())
  },
}
