import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issList: Vector = {
  id: 'iss-list',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer is a list that has the genuine one.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) =>
    forge.token({
      claims: { ...forge.claims, iss: [forge.issuer.issuer, 'https://attacker.example'] },
    }),
}
