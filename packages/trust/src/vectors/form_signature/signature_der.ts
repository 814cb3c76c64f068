import { sign } from 'node:crypto'
import { compact, inputOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureDer: Vector = {
  id: 'signature-der',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'The signature is in DER, and not the two numbers alone.',
  forbiddenBy: 'RFC 7518, section 3.4',
  settings: SIGNATURE,
  applies: (forge) => forge.key('signing').alg === 'ES256',
  forge: (forge) => {
    const input = inputOf(forge.token())
    const { privateKey } = forge.key('signing')
    return compact(input, sign('sha256', Buffer.from(input, 'latin1'), privateKey))
  },
}
