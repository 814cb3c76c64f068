import { compact, inputOf, signatureOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureLonger: Vector = {
  id: 'signature-longer',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'The signature has a byte more.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => {
    const token = forge.token()
    return compact(inputOf(token), Buffer.concat([signatureOf(token), Buffer.alloc(1)]))
  },
}
