import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audOtherList: Vector = {
  id: 'aud-other-list',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is a list of other services.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, aud: ['api://another-service', 'api://a-third'] } }),
}
