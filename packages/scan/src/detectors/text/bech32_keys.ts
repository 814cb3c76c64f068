/**
 * Identities of age: X25519 and its hybrid with ML-KEM-768, verified by checksum alone. Source:
 * age-encryption.org/v1 and C2SP age.md.
 */
import { verifyOkp } from '@mintmark/keys/der_keys/verify'
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { BECH32_LETTERS, CHECKSUM_LETTERS, readBech32 } from '@mintmark/keys/public_keys/bech32'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { isAt, type TextReader, type TextRun } from '../../text/text_run.ts'

export const AGE_PREFIX = 'AGE-SECRET-KEY-'

interface Kind {
  readonly prefix: string
  readonly verificationOf: (secret: Uint8Array, budget: WorkBudget) => Key
}

const KINDS: readonly Kind[] = [
  {
    prefix: AGE_PREFIX,
    verificationOf: (secret, budget) => verifyOkp('X25519', secret, undefined, budget),
  },
  { prefix: `${AGE_PREFIX}PQ-`, verificationOf: hybridOf },
]

/** Its public half is no SubjectPublicKeyInfo: the seed alone is the key. */
function hybridOf(seed: Uint8Array): Key {
  const material = { type: 'ml-kem', secret: seed.slice(), publicKey: undefined } as const
  return { certainty: 'verified', verification: 'key decodes', bits: 768, kind: 'ml-kem', material }
}

const DATA_LETTERS = BECH32_LETTERS + CHECKSUM_LETTERS
const MOST = AGE_PREFIX.length + 4 + DATA_LETTERS

export const AGE_IDENTITY: TextReader = {
  before: 0,
  behind: MOST,
  glance: ({ chars, at }) => (isAt(chars, at, AGE_PREFIX) ? MOST : 0),
  read,
}

function read({ chars, at, budget }: TextRun): Match | undefined {
  const kind = KINDS.find(
    ({ prefix }) => isAt(chars, at, prefix) && chars[at + prefix.length] === 0x31,
  )
  if (kind === undefined) return undefined
  const { prefix, verificationOf } = kind
  const from = at + prefix.length + 1
  const secret = readBech32(prefix.toLowerCase(), chars.subarray(from, from + DATA_LETTERS), budget)
  if (secret === undefined) return undefined
  const key = verificationOf(secret, budget)
  secret.fill(0)
  const words = `checksum, ${key.verification}`
  return hit({ ...key, verification: words, isWellFormed: true }, 'bech32', at, from + DATA_LETTERS)
}
