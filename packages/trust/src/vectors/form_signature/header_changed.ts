import { compact, part, signatureOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const headerChanged: Vector = {
  id: 'header-changed',
  family: 'form',
  axis: 'header',
  level: 'required',
  what: 'A member was added to the header after the token was signed.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => {
    const changed = `${part({ ...forge.header(), x: 1 })}.${part(forge.claims)}`
    return compact(changed, signatureOf(forge.token()))
  },
}
