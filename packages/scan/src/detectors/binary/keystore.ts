/** JKS and JCEKS (OpenJDK), always encrypted. Every JVM has a store of certificates alone. */
import { LengthPrefixed } from '@mintmark/keys/public_keys/length_prefixed'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, protectedHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/match.ts'

const [KEY_ENTRY, CERTIFICATE_ENTRY, SECRET_ENTRY] = [1, 2, 3]
const HEADER = 12
const DATE = 8
const [MOST_ENTRIES, MOST_CHAIN] = [4096, 64]

/** Private entries of a store with so many, as far as they can be walked. */
function keysBehind(fields: LengthPrefixed, version: number, count: number): number {
  let keys = 0
  for (let i = 0; i < count && !fields.isOver(); i++) {
    const tag = fields.number(4)
    if (tag !== KEY_ENTRY && tag !== CERTIFICATE_ENTRY && tag !== SECRET_ENTRY) break
    fields.string(2)
    fields.take(DATE)
    if (tag !== CERTIFICATE_ENTRY) keys += 1
    // A secret is a serialised object without a length: what is behind is not walked.
    if (tag === SECRET_ENTRY) break
    if (tag === KEY_ENTRY) fields.string()
    const chain = tag === KEY_ENTRY ? Math.min(fields.number(4) ?? 0, MOST_CHAIN) : 1
    for (let k = 0; k < chain && !fields.isOver(); k++) {
      if (version === 2) fields.string(2)
      fields.string()
    }
  }
  return keys
}

const detectKeystore: Detector = (bytes, at) => {
  const fields = new LengthPrefixed(bytes, at + 4)
  const [version, count = 0] = [fields.number(4), fields.number(4)]
  if ((version !== 1 && version !== 2) || count > MOST_ENTRIES) return undefined
  const keys = keysBehind(fields, version, count)
  if (keys === 0) return undefined
  const encoding = bytes[at] === 0xfe ? 'jks' : 'jceks'
  const to = Math.max(fields.at, Math.min(bytes.length, at + HEADER))
  const verification = `Java keystore, ${keys} or more private entries, encrypted`
  return protectedHit('keystore', encoding, at, to, verification)
}

const SIGHT = { before: 0, behind: 65_536 }

export const KEYSTORE_ANCHORS: readonly Anchor[] = [
  anchor('jks', 'fe ed fe ed 00 00 00', SIGHT, detectKeystore),
  anchor('jceks', 'ce ce ce ce 00 00 00', SIGHT, detectKeystore),
]
