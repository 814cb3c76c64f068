import type {
  EcMaterial,
  GroupMaterial,
  LatticeMaterial,
  OkpMaterial,
  RsaMaterial,
} from '../material/key_material.ts'
import type { KeyId } from './key_id.ts'

export interface PublicKey {
  readonly material: RsaMaterial | EcMaterial | OkpMaterial | GroupMaterial | LatticeMaterial
  /** Of the JWK. Text of whoever wrote the file: not safe to print raw. */
  readonly kid?: string
  /** Of the certificate, on one line. Text of whoever wrote it: not safe to print raw. */
  readonly subject?: string
  /** When the certificate expires, in UTC milliseconds. */
  readonly notAfterMs?: number
  readonly keyId: KeyId
}
