import { compact, inputOf, signatureOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureCut: Vector = {
  id: 'signature-cut',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'The signature lacks its last byte.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => {
    const token = forge.token()
    return compact(inputOf(token), signatureOf(token).subarray(0, -1))
  },
}
