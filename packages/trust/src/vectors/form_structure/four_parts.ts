import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const fourParts: Vector = {
  id: 'four-parts',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'A fourth part follows the signature.',
  forbiddenBy: 'RFC 7515, section 7.1',
  settings: SIGNATURE,
  forge: (forge) => `${forge.token()}.AA`,
}
