import { encrypted } from '../../forge/encrypted.ts'
import { ENCRYPTED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const jweAroundClaims: Vector = {
  id: 'jwe-around-claims',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'The bare claims inside an encrypted token, for the public encryption key.',
  forbiddenBy: 'RFC 8725, section 3.3',
  incident: 'CVE-2026-29000 is of this class',
  settings: ENCRYPTED,
  forge: async (forge) => await encrypted(JSON.stringify(forge.claims), forge),
}
