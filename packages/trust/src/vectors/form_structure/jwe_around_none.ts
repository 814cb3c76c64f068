import { encrypted } from '../../forge/encrypted.ts'
import { part } from '../../forge/jws.ts'
import { ENCRYPTED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const jweAroundNone: Vector = {
  id: 'jwe-around-none',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'An unsigned token inside an encrypted one, for the public encryption key.',
  forbiddenBy: 'RFC 8725, section 3.3',
  incident: 'CVE-2026-29000: pac4j took an unsigned token inside an encrypted one',
  settings: ENCRYPTED,
  forge: async (forge) => {
    const inner = `${part({ ...forge.header(), alg: 'none' })}.${part(forge.claims)}.`
    return await encrypted(inner, forge)
  },
}
