import { KEY_OF_ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const consumerKeyRealKid: Vector = {
  id: 'consumer-key-real-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: 'Signed by the consumer key, under the genuine kid: a verifier that tries all keys takes it.',
  forbiddenBy: 'RFC 8725, section 3.8',
  incident: 'Storm-0558, 2023',
  settings: KEY_OF_ISSUER,
  forge: (forge) => forge.token({ by: 'consumer', as: 'signing' }),
}
