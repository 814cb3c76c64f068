import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issConsumer: Vector = {
  id: 'iss-consumer',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The genuine key signs in the name of the consumer issuer.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) => forge.token({ claims: { ...forge.claims, iss: forge.key('consumer').issuer } }),
}
