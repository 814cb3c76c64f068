import { randomBytes } from 'node:crypto'
import { compact, inputOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureRandom: Vector = {
  id: 'signature-random',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'The signature is random bytes.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => compact(inputOf(forge.token()), randomBytes(64)),
}
