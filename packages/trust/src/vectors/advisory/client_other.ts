import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const clientOther: Vector = {
  id: 'client-other',
  family: 'claims',
  axis: 'client_id',
  level: 'advisory',
  what: 'The client is another.',
  forbiddenBy: 'RFC 9068, section 2.2; the application decides',
  settings: APPLICATION,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, client_id: 'another', azp: 'another' } }),
}
