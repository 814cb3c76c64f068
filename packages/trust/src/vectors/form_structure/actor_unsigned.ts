import { part } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const actorUnsigned: Vector = {
  id: 'actor-unsigned',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: "An unsigned token that carries another tenant's signed one as its actor.",
  forbiddenBy: 'RFC 8725, section 3.2',
  incident: 'CVE-2025-55241: unsigned actor tokens passed for every tenant',
  settings: ALGORITHMS,
  forge: (forge) => {
    const actortoken = forge.token({ by: 'tenant' })
    const header = part({ ...forge.header(), alg: 'none' })
    return `${header}.${part({ ...forge.claims, actortoken })}.`
  },
}
