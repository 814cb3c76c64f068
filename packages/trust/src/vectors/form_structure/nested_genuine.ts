import { part } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const nestedGenuine: Vector = {
  id: 'nested-genuine',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'A genuine token as the payload of one that the attacker signed.',
  forbiddenBy: 'RFC 8725, section 3.3',
  settings: SIGNATURE,
  forge: (forge) => {
    const header = { ...forge.header(), cty: 'JWT' }
    return forge.signed(`${part(header)}.${part(forge.token())}`, 'stranger')
  },
}
