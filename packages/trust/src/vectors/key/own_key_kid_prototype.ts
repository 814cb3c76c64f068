import { KEY_LOOKUP } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const ownKeyKidPrototype: Vector = {
  id: 'own-key-kid-prototype',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key; the kid is the name of a property that objects inherit.",
  forbiddenBy: 'RFC 7515, section 4.1.4',
  settings: KEY_LOOKUP,
  forge: (forge) =>
    forge.token({ by: 'stranger', header: { ...forge.header(), kid: 'constructor' } }),
}
