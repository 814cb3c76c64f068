import { HEADER_KEYS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const x5u: Vector = {
  id: 'x5u',
  family: 'key',
  axis: 'x5u',
  level: 'required',
  what: "Signed by the attacker's key; x5u leads to the attacker's server.",
  forbiddenBy: 'RFC 8725, section 3.10',
  settings: HEADER_KEYS,
  forge: (forge) => {
    const header = { ...forge.header('stranger'), x5u: forge.strangerUrl }
    return forge.token({ by: 'stranger', header })
  },
}
