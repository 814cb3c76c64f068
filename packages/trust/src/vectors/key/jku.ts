import { HEADER_KEYS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const jku: Vector = {
  id: 'jku',
  family: 'key',
  axis: 'jku',
  level: 'required',
  what: "Signed by the attacker's key; jku leads to a server that publishes it.",
  forbiddenBy: 'RFC 8725, section 3.10',
  settings: HEADER_KEYS,
  forge: (forge) => {
    const header = { ...forge.header('stranger'), jku: forge.strangerUrl }
    return forge.token({ by: 'stranger', header })
  },
}
