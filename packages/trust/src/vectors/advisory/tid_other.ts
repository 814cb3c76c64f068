import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const tidOther: Vector = {
  id: 'tid-other',
  family: 'claims',
  axis: 'tid',
  level: 'advisory',
  what: 'The tenant is another than that of the issuer.',
  forbiddenBy: 'RFC 8725, section 3.8; the application decides',
  settings: APPLICATION,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, tid: '00000000-0000-0000-0000-000000000000' } }),
}
