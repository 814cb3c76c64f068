import { ownCertificate } from '../../forge/own_certificate.ts'
import { HEADER_KEYS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const x5cRealKid: Vector = {
  id: 'x5c-real-kid',
  family: 'key',
  axis: 'x5c',
  level: 'required',
  what: "Signed by the attacker's key, whose certificate the header carries as x5c, under the genuine kid.",
  forbiddenBy: 'RFC 7515, section 4.1.6',
  settings: HEADER_KEYS,
  forge: (forge) => {
    const x5c = [ownCertificate(forge).toString('base64')]
    return forge.token({ by: 'stranger', header: { ...forge.header(), x5c } })
  },
}
