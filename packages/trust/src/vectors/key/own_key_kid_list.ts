import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const ownKeyKidList: Vector = {
  id: 'own-key-kid-list',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key; the kid is a list that has the genuine one.",
  forbiddenBy: 'RFC 7515, section 4.1.4',
  settings: SIGNATURE,
  forge: (forge) =>
    forge.token({ by: 'stranger', header: { ...forge.header(), kid: [forge.key('signing').kid] } }),
}
