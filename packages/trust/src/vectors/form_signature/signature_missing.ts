import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureMissing: Vector = {
  id: 'signature-missing',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'The signature is left out.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => forge.token().replace(/[^.]*$/, ''),
}
