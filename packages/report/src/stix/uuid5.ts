/** Name-based UUIDs (RFC 9562, version 5), as STIX 2.1 wants them for its observables. @module */
import { createHash } from 'node:crypto'

/** STIX 2.1, section 2.9: of the ids of cyber observables alone. */
export const OBSERVABLES = '00abedb4-aa42-466c-9c01-fed23315a9b7'
/** Of the ids of everything else that Mintmark makes: made at random, once. */
export const MINTMARK = '5f1f8a4c-0f6b-4d5e-9a53-6c1f3d0b7e21'

/** @param namespace canonical text of a UUID */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-')
}
