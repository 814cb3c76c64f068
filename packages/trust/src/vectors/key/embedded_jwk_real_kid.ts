import { HEADER_KEYS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const embeddedJwkRealKid: Vector = {
  id: 'embedded-jwk-real-kid',
  family: 'key',
  axis: 'jwk',
  level: 'required',
  what: "Signed by the attacker's key, which the header carries as jwk, under the genuine kid.",
  forbiddenBy: 'RFC 7515, section 4.1.3',
  incident: 'CVE-2018-0114: node-jose trusted the key in the header',
  settings: HEADER_KEYS,
  forge: (forge) => {
    const jwk = forge.publicKey('stranger').export({ format: 'jwk' })
    return forge.token({ by: 'stranger', header: { ...forge.header(), jwk } })
  },
}
