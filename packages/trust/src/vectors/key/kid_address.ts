import { KEY_LOOKUP } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const kidAddress: Vector = {
  id: 'kid-address',
  family: 'key',
  axis: 'kid',
  level: 'required',
  what: "Signed by the attacker's key; the kid is the address of a server that publishes it.",
  forbiddenBy: 'RFC 8725, section 3.10',
  settings: KEY_LOOKUP,
  forge: (forge) =>
    forge.token({ by: 'stranger', header: { ...forge.header(), kid: forge.strangerUrl } }),
}
