import { STRICT_ENCODING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const base64Padding: Vector = {
  id: 'base64-padding',
  family: 'form',
  axis: 'signature',
  level: 'advisory',
  what: 'The signature ends with the padding of base64.',
  forbiddenBy: 'RFC 7515, section 2',
  settings: STRICT_ENCODING,
  forge: (forge) => `${forge.token()}==`,
}
