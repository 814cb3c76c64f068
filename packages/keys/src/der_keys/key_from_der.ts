/**
 * Private keys in DER that are not encrypted: PKCS#8, PKCS#1, SEC1 and the DSA form of OpenSSL. Every reader starts at
 * the version INTEGER: a freed buffer has lost its first 16 bytes, and with them the SEQUENCE around it. @module
 */
import { childrenOf, type Element, elementOf, TAG } from '../der/der.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import type { DerKey } from './der_key.ts'
import { pkcs1At } from './pkcs1.ts'
import { pkcs8At } from './pkcs8.ts'
import { sec1At } from './sec1.ts'

export type { DerKey } from './der_key.ts'

/** The key that `der` spells from its first byte on, or undefined if it spells none; bytes behind it are ignored. */
export function keyFromDer(der: Uint8Array, budget: WorkBudget = UNLIMITED): DerKey | undefined {
  const whole = elementOf(der, 0, der.length, TAG.sequence)
  const [version, second] = (whole && childrenOf(der, whole)) ?? []
  if (version?.tag !== TAG.integer || second === undefined) return undefined
  return keyAt(der, version, second, budget)
}

function keyAt(
  der: Uint8Array,
  version: Element,
  second: Element,
  budget: WorkBudget,
): DerKey | undefined {
  switch (second.tag) {
    case TAG.sequence:
      return pkcs8At(der, version.at, budget)
    case TAG.integer:
      return pkcs1At(der, version.at, budget)
    case TAG.octets:
      return sec1At(der, version.at, budget)
    default:
      return undefined
  }
}
