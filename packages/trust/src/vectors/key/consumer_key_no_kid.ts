import { without } from '../../forge/forge.ts'
import { KEY_OF_ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const consumerKeyNoKid: Vector = {
  id: 'consumer-key-no-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: 'Signed by the consumer key, without a kid: a verifier that tries all keys of the set takes it.',
  forbiddenBy: 'RFC 8725, section 3.8',
  incident: 'Storm-0558, 2023',
  settings: KEY_OF_ISSUER,
  forge: (forge) =>
    forge.token({ by: 'consumer', header: without(forge.header('consumer'), 'kid') }),
}
