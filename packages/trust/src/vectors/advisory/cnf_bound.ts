import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const cnfBound: Vector = {
  id: 'cnf-bound',
  family: 'claims',
  axis: 'cnf',
  level: 'advisory',
  what: 'The token is bound to a key, and presented without a proof of it.',
  forbiddenBy: 'RFC 9449, section 7.2',
  settings: APPLICATION,
  forge: (forge) =>
    forge.token({
      claims: {
        ...forge.claims,
        cnf: { jkt: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
      },
    }),
}
