import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const ownKeyEmptyKid: Vector = {
  id: 'own-key-empty-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key, with an empty kid.",
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => forge.token({ by: 'stranger', header: { ...forge.header(), kid: '' } }),
}
