/** What a scan answers of each public key that it was given. */
import type { KeyKind } from '@mintmark/keys/material/key_kind'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import type { Finding } from '../findings/finding.ts'
import { hasUsualExponent, isSearchable } from '../known/rsa/rsa_group.ts'
import { bitsOf, kindOf } from '../known/values/found_value.ts'

/**
 * - `found`: its private half is there.
 * - `rebuilt`: only a part is there, or what is left of one; with the public key it gives the whole
 *   private half.
 * - `absent`: nothing private of it is there in any encoding of `docs/key-encodings.md`, by a
 *   search that nothing stopped.
 * - `not-excluded`: nothing of it was found, and that proves nothing: `why` says what keeps it from
 *   it.
 */
export type GivenState = 'found' | 'rebuilt' | 'absent' | 'not-excluded'

export interface GivenKey {
  readonly keyId: KeyId
  readonly kind: KeyKind
  readonly bits: number
  readonly state: GivenState
  /** Empty unless it cannot be excluded. */
  readonly why: string
}

const PART = 'a part of it was found, which does not give the whole'
const PROTECTED = 'an encrypted key or a key store may hold it'
const STOPPED = 'not all was searched'
const BY_MARKS = 'such keys are not searched for at every offset in every encoding'
const LARGE_EXPONENT = 'its public exponent is so large that d alone is not recognised'
const UNSOUGHT = 'its modulus is of a size whose factors are not looked for'

/** In the keys' order. `isStopped`: a search was stopped, or the file is damaged or cut. */
export function givenKeys(
  given: readonly PublicKey[],
  found: readonly Finding[],
  isStopped: boolean,
): readonly GivenKey[] {
  const byId = Map.groupBy(found, ({ keyId }) => keyId?.spkiSha256 ?? '')
  const isProtected = found.some(isProtectedKey)
  return given.map((key) => {
    const own = byId.get(key.keyId.spkiSha256 ?? ' ') ?? []
    const { spkiSha256, jwkThumbprint } = key.keyId
    return {
      keyId: { spkiSha256, jwkThumbprint, kid: key.kid, subject: key.subject },
      kind: kindOf(key.material),
      bits: bitsOf(key.material),
      ...stateOf(key, own, { isStopped, isProtected }),
    }
  })
}

/** Whether a key that is there, but encrypted, may be any key. */
export function isProtectedKey({ certainty, kind }: Finding): boolean {
  return certainty === 'protected' && kind !== 'token'
}

function stateOf(
  { material }: PublicKey,
  own: readonly Finding[],
  { isStopped, isProtected }: { isStopped: boolean; isProtected: boolean },
): Pick<GivenKey, 'state' | 'why'> {
  const verified = own.filter(({ certainty }) => certainty === 'verified')
  if (verified.length > 0) {
    const isRebuilt = verified.every((finding) => finding.isRebuilt === true)
    return { state: isRebuilt ? 'rebuilt' : 'found', why: '' }
  }
  if (own.length > 0) return { state: 'not-excluded', why: PART }
  if (isStopped) return { state: 'not-excluded', why: STOPPED }
  if (material.type !== 'rsa') return { state: 'not-excluded', why: BY_MARKS }
  if (isProtected) return { state: 'not-excluded', why: PROTECTED }
  if (!isSearchable(material)) return { state: 'not-excluded', why: UNSOUGHT }
  return hasUsualExponent(material)
    ? { state: 'absent', why: '' }
    : { state: 'not-excluded', why: LARGE_EXPONENT }
}

const RANK: Readonly<Record<GivenState, number>> = {
  found: 3,
  rebuilt: 2,
  'not-excluded': 1,
  absent: 0,
}

/** One answer a key: the strongest, and absence only where every file was searched whole. */
export function acrossFiles(
  answers: readonly (readonly GivenKey[])[],
  isComplete: boolean,
): readonly GivenKey[] {
  const keys = new Map<string, GivenKey>()
  for (const answer of answers.flat()) {
    const id = answer.keyId.spkiSha256 ?? ''
    const existing = keys.get(id)
    if (existing === undefined || RANK[answer.state] > RANK[existing.state]) keys.set(id, answer)
  }
  const all = [...keys.values()]
  if (isComplete) return all
  return all.map((key) =>
    key.state === 'absent' ? Object.assign({}, key, { state: 'not-excluded', why: STOPPED }) : key,
  )
}
