import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const ownKeyRealKid: Vector = {
  id: 'own-key-real-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key, under the genuine kid.",
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => forge.token({ by: 'stranger', as: 'signing' }),
}
