import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audClient: Vector = {
  id: 'aud-client',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is the client, as of an ID token.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) => forge.token({ claims: { ...forge.claims, aud: forge.claims['client_id'] } }),
}
