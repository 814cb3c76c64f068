import { compact, inputOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const signatureZero: Vector = {
  id: 'signature-zero',
  family: 'form',
  axis: 'signature',
  level: 'required',
  what: 'Both numbers of the signature are zero.',
  forbiddenBy: 'RFC 7515, section 5.2',
  incident: 'CVE-2022-21449: Java took a signature of zeros',
  settings: SIGNATURE,
  forge: (forge) => compact(inputOf(forge.token()), Buffer.alloc(64)),
}
