import { compact, part, signatureOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const claimsChanged: Vector = {
  id: 'claims-changed',
  family: 'form',
  axis: 'sub',
  level: 'required',
  what: 'The subject was changed after the token was signed.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => {
    const changed = `${part(forge.header())}.${part({ ...forge.claims, sub: 'admin' })}`
    return compact(changed, signatureOf(forge.token()))
  },
}
