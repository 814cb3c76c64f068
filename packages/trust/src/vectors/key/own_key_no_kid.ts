import { without } from '../../forge/forge.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const ownKeyNoKid: Vector = {
  id: 'own-key-no-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key, without a kid.",
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => forge.token({ by: 'stranger', header: without(forge.header(), 'kid') }),
}
