/**
 * Chooses by which fragment of each pattern the anchor kernel finds it, and deals fragments to its buckets.
 *
 * @module
 */
import type { Anchor } from './anchor.ts'
import { FRAGMENT, type Fragment, fragmentAt, isOpen, isVague, setsOf } from './anchor_fragment.ts'
import { frequencyOfSets } from './byte_frequency.ts'

const BUCKETS = 8
/** Of open fragments. */
export const OPEN_BUCKET = 7
/** Further rounds change next to nothing. */
const ROUNDS = 2

interface Bucket {
  readonly members: readonly Member[]
  /** Sets of nibbles that its fragments have, 16 bits each: low and high of byte 0, 1, 2, 3. */
  readonly sets: readonly number[]
  /** Share of places that pass its tables, roughly. */
  readonly frequency: number
}

/**
 * Which fragment of each anchor is looked for, and in which bucket: two digits each, where in the pattern it begins (of
 * base 16) and the bucket's number. It steers speed alone. To find it takes some 50 ms for a few hundred patterns.
 *
 * @throws {RangeError} as `anchorTables`
 */
export function anchorLayout(anchors: readonly Anchor[]): string {
  const fragments = anchors.map((anchor) => rarestFragment(anchor))
  const bucketOfAnchor = new Map<number, number>()
  for (const [number, { members }] of deal(fragments).entries()) {
    for (const { id } of members) bucketOfAnchor.set(id, number)
  }
  return fragments
    .map(({ place }, id) => `${place.toString(16)}${bucketOfAnchor.get(id) ?? 0}`)
    .join('')
}

function rarestFragment(anchor: Anchor): Fragment {
  let best = fragmentAt(anchor, 0)
  let least = frequencyOfSets(setsOf(best))
  for (let place = 1; place + FRAGMENT <= anchor.pattern.length; place++) {
    const fragment = fragmentAt(anchor, place)
    const frequency = frequencyOfSets(setsOf(fragment))
    if (frequency >= least) continue
    best = fragment
    least = frequency
  }
  if (isVague(best)) throw new RangeError(`the pattern of ${anchor.name} fits nearly everything`)
  return best
}

interface Member {
  readonly id: number
  readonly sets: readonly number[]
}

/** Deals fragments to buckets, so that few places fit any. */
function deal(fragments: readonly Fragment[]): readonly Bucket[] {
  const all = fragments.map((fragment, id) => ({ id, fragment, sets: setsOf(fragment) }))
  const open = all.filter(({ fragment }) => isOpen(fragment))
  const closed = all.filter(({ fragment }) => !isOpen(fragment))
  const dealt = dealAmong(open.length > 0 ? OPEN_BUCKET : BUCKETS, closed)
  return open.length > 0 ? [...dealt, bucketOf(open)] : dealt
}

function bucketOf(members: readonly Member[]): Bucket {
  const sets = members.reduce<readonly number[]>((joined, member) => join(joined, member.sets), [])
  return { members, sets, frequency: members.length === 0 ? 0 : frequencyOfSets(sets) }
}

const join = (a: readonly number[], b: readonly number[]) => b.map((set, i) => set | (a[i] ?? 0))

/** The most frequent first: others join the bucket that has room for them. Then each may move once more. */
function dealAmong(count: number, members: readonly Member[]): readonly Bucket[] {
  const buckets = Array.from({ length: count }, () => bucketOf([]))
  const order = members
    .map((member) => ({ member, frequency: frequencyOfSets(member.sets) }))
    .toSorted((a, b) => b.frequency - a.frequency || a.member.id - b.member.id)
  for (const { member } of order) put(buckets, member)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { member } of order) {
      const at = buckets.findIndex((bucket) => bucket.members.includes(member))
      const bucket = buckets[at]
      if (bucket === undefined) continue
      buckets[at] = bucketOf(bucket.members.filter((other) => other !== member))
      put(buckets, member)
    }
  }
  return buckets
}

/** Puts a fragment into the bucket that becomes least more frequent by it. */
function put(buckets: Bucket[], member: Member): void {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (const [at, bucket] of buckets.entries()) {
    const more = frequencyOfSets(join(bucket.sets, member.sets)) - bucket.frequency
    if (more >= least) continue
    best = at
    least = more
  }
  const bucket = buckets[best]
  if (bucket === undefined) return
  const sets = join(bucket.sets, member.sets)
  const members = [...bucket.members, member]
  buckets[best] = { members, sets, frequency: frequencyOfSets(sets) }
}
