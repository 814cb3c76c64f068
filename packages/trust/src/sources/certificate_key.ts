import { readCertificate } from './certificate.ts'
import { keyOfObject, type ListedKey } from './key.ts'

export function certificateKey(
  der: Uint8Array,
  given: Partial<ListedKey> = {},
): ListedKey | undefined {
  const read = readCertificate(der)
  return read && keyOfObject(read.publicKey, { certificates: [read.facts], ...given })
}
