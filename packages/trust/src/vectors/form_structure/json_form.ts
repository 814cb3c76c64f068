import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const jsonForm: Vector = {
  id: 'json-form',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'The JSON serialisation of a signed token.',
  forbiddenBy: 'RFC 7519, section 1',
  settings: SIGNATURE,
  forge: (forge) => {
    const [header, payload, signature] = forge.token().split('.')
    return JSON.stringify({ protected: header, payload, signature })
  },
}
