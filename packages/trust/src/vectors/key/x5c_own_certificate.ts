import { ownCertificate } from '../../forge/own_certificate.ts'
import { HEADER_KEYS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const x5cOwnCertificate: Vector = {
  id: 'x5c-own-certificate',
  family: 'key',
  axis: 'x5c',
  level: 'required',
  what: "Signed by the attacker's key, whose self-signed certificate the header carries as x5c.",
  forbiddenBy: 'RFC 7515, section 4.1.6',
  settings: HEADER_KEYS,
  forge: (forge) => {
    const x5c = [ownCertificate(forge).toString('base64')]
    return forge.token({ by: 'stranger', header: { ...forge.header('stranger'), x5c } })
  },
}
