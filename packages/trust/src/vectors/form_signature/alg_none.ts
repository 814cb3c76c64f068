import { part } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const algNone: Vector = {
  id: 'alg-none',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'The algorithm is none, and there is no signature.',
  forbiddenBy: 'RFC 8725, section 3.2',
  incident: 'CVE-2015-9235 and its kin: alg none passed',
  settings: ALGORITHMS,
  forge: (forge) => `${part({ ...forge.header(), alg: 'none' })}.${part(forge.claims)}.`,
}
