import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issInside: Vector = {
  id: 'iss-inside',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: "The genuine issuer is a part of the attacker's address.",
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) =>
    forge.token({
      claims: { ...forge.claims, iss: `https://attacker.example/?${forge.issuer.issuer}` },
    }),
}
