/** SubjectPublicKeyInfo of DSA and DH. Source: RFC 3279, 2.3.2 and 2.3.3; PKCS#3, section 9. */
import { isGroup } from '../arithmetic/group.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { contentOf, elementOf, lengthOf, TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'
import type { GroupMaterial } from '../material/key_material.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { type Algorithm, groupSpki, OID, spkiParts } from './spki.ts'

export interface GroupKey {
  readonly kind: 'dsa' | 'dh'
  readonly p: bigint
  readonly g: bigint
  readonly q: bigint | undefined
  readonly y: bigint
}

export const GROUP_KINDS: ReadonlyMap<string, GroupKey['kind']> = new Map<string, GroupKey['kind']>(
  [
    [OID.dsa, 'dsa'],
    [OID.dh, 'dh'],
    [OID.dhX942, 'dh'],
  ],
)

/** Undefined for other algorithms. */
export function groupKeyOfSpki(
  spki: Uint8Array,
  budget: WorkBudget = UNLIMITED,
): GroupKey | undefined {
  const parts = spkiParts(spki)
  if (parts === undefined) return undefined
  const { publicKey } = parts
  const y = elementOf(publicKey, 0, publicKey.length, TAG.integer)
  const group = y && groupOf(spki, parts, budget)
  return group && { ...group, y: fromBigEndian(contentOf(publicKey, y), budget) }
}

const NUMBERS = new Row('02 02 02?')
export const MOST_NUMBER = 1025

/** p, q, g of DSA; p, g and what follows of DH. */
export function groupOf(
  bytes: Uint8Array,
  { oid, parameters }: Algorithm,
  budget: WorkBudget,
): Omit<GroupKey, 'y'> | undefined {
  const kind = GROUP_KINDS.get(oid)
  const elements = kind && NUMBERS.of(bytes, parameters)
  if (kind === undefined || elements === undefined) return undefined
  if (elements.some((each) => each !== undefined && lengthOf(each) > MOST_NUMBER)) return undefined
  const [p, second, third] = elements.map(
    (each) => each && fromBigEndian(contentOf(bytes, each), budget),
  )
  const g = kind === 'dsa' ? third : second
  if (p === undefined || g === undefined) return undefined
  // In PKCS#3 the third is no q, but how long exponents are.
  const q = kind === 'dsa' ? second : oid === OID.dhX942 ? third : undefined
  return { kind, p, g, q }
}

/** Spelled without what its group need not have, as found keys are named. */
export function groupMaterial(key: GroupKey): GroupMaterial | undefined {
  const { kind, p, g, q, y } = key
  if (!isGroup({ p, g, q }) || y < 2n || y >= p - 1n) return undefined
  const publicKey = new Uint8Array(groupKeySpki(kind, { p, g, q }, y))
  return { type: kind, secret: new Uint8Array(0), publicKey }
}

/** With its q, a DH key is one of X9.42. */
export function groupKeySpki(
  kind: GroupKey['kind'],
  { p, g, q }: Pick<GroupKey, 'p' | 'g' | 'q'>,
  y: bigint,
): Buffer {
  if (q === undefined) return groupSpki(OID.dh, [p, g], y)
  return kind === 'dsa' ? groupSpki(OID.dsa, [p, q, g], y) : groupSpki(OID.dhX942, [p, g, q], y)
}
