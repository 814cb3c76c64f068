/**
 * SubjectPublicKeyInfo of DSA and DH keys: the numbers of their group, and the public half.
 *
 * Source: RFC 3279, sections 2.3.2 and 2.3.3 (DSA, DH of X9.42); PKCS#3, section 9 (DH with the length of its exponent).
 * @module
 */
import { isGroup } from '../arithmetic/group.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { childrenOf, contentOf, elementOf, TAG } from '../der/der.ts'
import type { GroupMaterial } from '../material/key_material.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { groupSpki, OID, type SpkiParts, spkiParts } from './spki.ts'

/** The public half of a DSA or DH key, in numbers. */
export interface GroupKey {
  readonly kind: 'dsa' | 'dh'
  readonly p: bigint
  readonly g: bigint
  /** Order of g; DH may leave it out. */
  readonly q: bigint | undefined
  readonly y: bigint
}

const KINDS = new Map<string, GroupKey['kind']>([
  [OID.dsa, 'dsa'],
  [OID.dh, 'dh'],
  [OID.dhX942, 'dh'],
])

/** The numbers of a SubjectPublicKeyInfo that begins at 0, or undefined for none and for other algorithms. */
export function groupKeyOfSpki(spki: Uint8Array): GroupKey | undefined {
  const parts = spkiParts(spki)
  return parts && groupKeyOf(spki, parts, UNLIMITED)
}

/** @param parts of `spki` */
export function groupKeyOf(
  spki: Uint8Array,
  parts: SpkiParts,
  budget: WorkBudget,
): GroupKey | undefined {
  const { oid, parameters, publicKey } = parts
  const kind = KINDS.get(oid)
  const y = elementOf(publicKey, 0, publicKey.length, TAG.integer)
  if (kind === undefined || parameters === undefined || y === undefined) return undefined
  const numbers = (childrenOf(spki, parameters) ?? [])
    .slice(0, 3)
    .flatMap((each) =>
      each.tag === TAG.integer ? [fromBigEndian(contentOf(spki, each), budget)] : [],
    )
  const [p, second, third] = numbers
  const g = kind === 'dsa' ? third : second
  if (p === undefined || g === undefined) return undefined
  // In PKCS#3 the third is no q, but how long exponents are.
  const q = kind === 'dsa' ? second : oid === OID.dhX942 ? third : undefined
  return { kind, p, g, q, y: fromBigEndian(contentOf(publicKey, y), budget) }
}

/** The key without its secret: spelled without what its group need not have, as it is named when it is found. */
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
