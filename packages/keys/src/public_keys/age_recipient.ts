/** Recipients of age, anywhere in a text. Source: C2SP age.md. */
import { UNLIMITED } from '../material/work_budget.ts'
import { readBech32 } from './bech32.ts'
import type { PublicMaterial } from './spki_key.ts'

/** Not of a longer word; 58 letters are 32 bytes and their checksum. */
const RECIPIENT = /(?<![\w-])(?:age1([02-9ac-hj-np-z]{58})|AGE1([02-9AC-HJ-NP-Z]{58}))(?![\w-])/g
/** Of the hybrid with ML-KEM-768, of security keys, of plugins: what follows the `1` names them. */
const OTHER_RECIPIENT = /(?<![\w-])age1[a-z\d]{2,24}1[02-9ac-hj-np-z]{20}/

export function keysOfRecipients(text: string): PublicMaterial[] {
  return [...text.matchAll(RECIPIENT)].flatMap(([, small, capitals]) => {
    const data = Buffer.from(small ?? capitals ?? '', 'latin1')
    const publicKey = readBech32('age', data, UNLIMITED)
    if (publicKey === undefined) return []
    return [{ type: 'okp', curve: 'X25519', publicKey, secret: undefined } as const]
  })
}

export function recipientProblem(text: string): string | undefined {
  return OTHER_RECIPIENT.test(text)
    ? 'a recipient of age that is no X25519 key (of its hybrid with ML-KEM-768, of a plugin) cannot be looked for'
    : undefined
}
