import { KEY_OF_ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const consumerKey: Vector = {
  id: 'consumer-key',
  family: 'storm-2023',
  axis: 'key',
  level: 'required',
  what: 'Signed by the consumer key of the same key set, for the enterprise audience.',
  forbiddenBy: 'RFC 8725, section 3.8',
  incident: 'Storm-0558, 2023: a consumer key signed tokens for enterprise mail',
  settings: KEY_OF_ISSUER,
  forge: (forge) => forge.token({ by: 'consumer' }),
}
