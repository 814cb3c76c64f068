import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const ownKeyUnknownKid: Vector = {
  id: 'own-key-unknown-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key, under a kid that no set has.",
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => forge.token({ by: 'stranger' }),
}
