import { KEY_USE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const encryptionKey: Vector = {
  id: 'encryption-key',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: 'Signed by the key of the set that is for encryption.',
  forbiddenBy: 'RFC 7517, section 4.2',
  incident: 'NIST IR 8587 (draft): a signing key is no encryption key',
  settings: KEY_USE,
  forge: (forge) => forge.token({ by: 'encryption' }),
}
