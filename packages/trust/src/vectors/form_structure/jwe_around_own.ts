import { encrypted } from '../../forge/encrypted.ts'
import { ENCRYPTED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const jweAroundOwn: Vector = {
  id: 'jwe-around-own',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: "A token of the attacker's inside an encrypted one, under the genuine kid.",
  forbiddenBy: 'RFC 8725, section 3.3',
  settings: ENCRYPTED,
  forge: async (forge) => await encrypted(forge.token({ by: 'stranger', as: 'signing' }), forge),
}
