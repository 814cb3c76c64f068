/**
 * Chooses by which fragment of each pattern the anchor kernel finds it, and deals fragments to its buckets.
 *
 * @module
 */
import type { Anchor } from './anchor.ts'
import { endsOf, FRAGMENT, fragmentAt, isOpen, isVague, setsOf } from './anchor_fragment.ts'
import { frequencyOfSets } from './byte_frequency.ts'

const BUCKETS = 8
/** Of open fragments. */
export const OPEN_BUCKET = 7
/** Further rounds change next to nothing. */
const ROUNDS = 2
/** Fragments of one anchor that are tried: more are hardly ever better. */
const MOST_TRIED = 12

/** A fragment of an anchor, and the sets of nibbles that it has, as those of a bucket. */
interface Choice {
  readonly place: number
  readonly sets: readonly number[]
  /** Where its last byte may lie, see {@link endsOf}. */
  readonly ends: number
  /** Share of places that have it, roughly. */
  readonly frequency: number
}

/** What it costs to compare a pattern, in places that fit a bucket and are no fragment. */
const COMPARED = 8

/** An anchor, and the fragments that it can be found by, the rarest first. */
interface Member {
  readonly id: number
  readonly isOpen: boolean
  readonly choices: readonly Choice[]
}

/** By which fragment an anchor is looked for. */
interface Dealt {
  readonly id: number
  readonly choice: Choice
}

interface Bucket {
  readonly dealt: readonly Dealt[]
  /** Sets of nibbles that its fragments have, 16 bits each: low and high of byte 0, 1, 2, 3. */
  readonly sets: readonly number[]
  /** Where the last byte of any of them may lie. */
  readonly ends: number
  /** Share of places that pass its tables, roughly. */
  readonly frequency: number
}

/**
 * Which fragment of each anchor is looked for, and in which bucket: two digits each, where in the pattern it begins (of
 * base 16) and the bucket's number. It steers speed alone. To find it takes some 200 ms for a few hundred patterns.
 *
 * @throws {RangeError} as `anchorTables`
 */
export function anchorLayout(anchors: readonly Anchor[]): string {
  const members = anchors.map((anchor, id) => memberOf(anchor, id))
  const digits = new Map<number, string>()
  for (const [number, { dealt }] of deal(members).entries()) {
    for (const { id, choice } of dealt) digits.set(id, `${choice.place.toString(16)}${number}`)
  }
  return members.map(({ id }) => digits.get(id) ?? '').join('')
}

/** Open fragments are taken where there are no others: all of their patterns are compared. */
function memberOf(anchor: Anchor, id: number): Member {
  const fragments = [fragmentAt(anchor, 0)]
  for (let place = 1; place + FRAGMENT <= anchor.pattern.length; place++) {
    fragments.push(fragmentAt(anchor, place))
  }
  const usable = fragments.filter((fragment) => !isVague(fragment))
  if (usable.length === 0)
    throw new RangeError(`the pattern of ${anchor.name} fits nearly everything`)
  const closed = usable.filter((fragment) => !isOpen(fragment))
  const choices = (closed.length > 0 ? closed : usable)
    .map(({ place }) => choiceOf(anchor, place))
    .toSorted((a, b) => a.frequency - b.frequency || a.place - b.place)
  return { id, isOpen: closed.length === 0, choices: choices.slice(0, MOST_TRIED) }
}

function choiceOf(anchor: Anchor, place: number): Choice {
  const sets = setsOf(fragmentAt(anchor, place))
  const ends = endsOf(anchor, place)
  return { place, sets, ends, frequency: frequencyOf(sets, ends) }
}

/** Share of places at which bytes have these sets of nibbles, and that are so aligned. */
function frequencyOf(sets: readonly number[], ends: number): number {
  let places = 0
  for (let bit = 0; bit < 8; bit++) places += (ends >> bit) & 1
  return (frequencyOfSets(sets) * places) / 8
}

/** Deals anchors to buckets, so that few places fit any. */
function deal(members: readonly Member[]): readonly Bucket[] {
  const open = members.filter((member) => member.isOpen)
  const closed = members.filter((member) => !member.isOpen)
  const dealt = dealtInOrder(open.length > 0 ? OPEN_BUCKET : BUCKETS, closed)
  if (open.length === 0) return dealt
  const rarest = open.flatMap(({ id, choices }) =>
    choices.slice(0, 1).map((choice) => ({ id, choice })),
  )
  return [...dealt, bucketOf(rarest)]
}

function bucketOf(dealt: readonly Dealt[]): Bucket {
  const sets = dealt.reduce<readonly number[]>(
    (joined, { choice }) => join(joined, choice.sets),
    [],
  )
  const ends = dealt.reduce((all, { choice }) => all | choice.ends, 0)
  return { dealt, sets, ends, frequency: dealt.length === 0 ? 0 : frequencyOf(sets, ends) }
}

const join = (a: readonly number[], b: readonly number[]) => b.map((set, i) => set | (a[i] ?? 0))

const leastOf = ({ choices }: Member): number => choices[0]?.frequency ?? 0

/** The most frequent first: others join the bucket that has room for them. Then each may move twice more. */
function dealtInOrder(count: number, members: readonly Member[]): readonly Bucket[] {
  const order = members.toSorted((a, b) => leastOf(b) - leastOf(a) || a.id - b.id)
  const buckets = Array.from({ length: count }, () => bucketOf([]))
  for (const member of order) put(buckets, member)
  for (let round = 0; round < ROUNDS; round++) {
    for (const member of order) {
      const at = buckets.findIndex(({ dealt }) => dealt.some(({ id }) => id === member.id))
      const bucket = buckets[at]
      if (bucket === undefined) continue
      buckets[at] = bucketOf(bucket.dealt.filter(({ id }) => id !== member.id))
      put(buckets, member)
    }
  }
  return buckets
}

/** Puts an anchor into the bucket that becomes least more frequent by one of its fragments. */
function put(buckets: Bucket[], { id, choices }: Member): void {
  let best = 0
  let chosen: Choice | undefined
  let least = Number.POSITIVE_INFINITY
  for (const choice of choices) {
    for (const [at, bucket] of buckets.entries()) {
      const more =
        frequencyOf(join(bucket.sets, choice.sets), bucket.ends | choice.ends) -
        bucket.frequency +
        COMPARED * choice.frequency
      if (more >= least) continue
      best = at
      chosen = choice
      least = more
    }
  }
  const bucket = buckets[best]
  if (bucket === undefined || chosen === undefined) return
  buckets[best] = bucketOf([...bucket.dealt, { id, choice: chosen }])
}
