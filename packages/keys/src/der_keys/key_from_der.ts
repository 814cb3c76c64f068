/**
 * Unencrypted private keys in DER: PKCS#8, PKCS#1, SEC1, OpenSSL's DSA. Readers start at the
 * version, as freed buffers lose the SEQUENCE around it.
 */
import { TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import type { DerKey } from './der_key.ts'
import { pkcs1At } from './pkcs1.ts'
import { pkcs8At } from './pkcs8.ts'
import { sec1At } from './sec1.ts'

type KeyAt = (bytes: Uint8Array, version: number, budget: WorkBudget) => DerKey | undefined

const READERS: ReadonlyMap<number, KeyAt> = new Map([
  [TAG.sequence, pkcs8At],
  [TAG.integer, pkcs1At],
  [TAG.octets, sec1At],
])
const KEY = new Row('02 *')

/** From its first byte on; bytes behind it are ignored. */
export function keyFromDer(der: Uint8Array, budget: WorkBudget = UNLIMITED): DerKey | undefined {
  const [version, second] = KEY.in(der)
  return version && second && READERS.get(second.tag)?.(der, version.at, budget)
}
