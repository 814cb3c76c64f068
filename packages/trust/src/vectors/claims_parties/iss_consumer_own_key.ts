import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issConsumerOwnKey: Vector = {
  id: 'iss-consumer-own-key',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'A whole token of the consumer issuer: its issuer, signed by its own key.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) => {
    const { issuer } = forge.key('consumer')
    return forge.token({ by: 'consumer', claims: { ...forge.claims, iss: issuer } })
  },
}
