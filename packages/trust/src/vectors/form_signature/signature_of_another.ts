import { compact, inputOf, signatureOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureOfAnother: Vector = {
  id: 'signature-of-another',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'The signature is that of another genuine token.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => {
    const other = forge.token({ claims: { ...forge.claims, jti: 'another' } })
    return compact(inputOf(forge.token()), signatureOf(other))
  },
}
