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
/** How often all forms are dealt anew: twice as often gains a hundredth. */
export const FORMS_TRIES = 160
/**
 * Of 130 one of the two whose layouts listed and compared least on cores of Node, CPython, Perl, Lua, Ruby, SQLite, GCC, a JVM
 * and Go: what the frequencies say is rough.
 */
const SEED = 122
/** How far an anchor may be moved in the order in which they are dealt anew, in the logarithm of its frequency. */
const MOVED = 3

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
 * base 16) and the bucket's number. It steers speed alone. To find it takes some 200 ms for a few hundred patterns, and 20 a try.
 *
 * @param tries how often a part of the anchors is dealt anew: of all forms half as many places fit a bucket afterwards
 * @throws {RangeError} as `anchorTables`
 */
export function anchorLayout(anchors: readonly Anchor[], tries = 0): string {
  const members = anchors.map((anchor, id) => memberOf(anchor, id))
  const digits = new Map<number, string>()
  for (const [number, { dealt }] of deal(members, tries).entries()) {
    for (const { id, choice } of dealt) digits.set(id, `${choice.place.toString(16)}${number}`)
  }
  return members.map(({ id }) => digits.get(id) ?? '').join('')
}

/**
 * What a layout of these anchors costs at each place, roughly, in places that fit a bucket: how often one does, and how
 * often patterns are compared.
 */
export function layoutCost(anchors: readonly Anchor[], layout: string): number {
  const buckets = Array.from({ length: BUCKETS }, (): Dealt[] => [])
  for (const [id, anchor] of anchors.entries()) {
    const place = Number.parseInt(layout[2 * id] ?? '', 16)
    const choice = choiceOf(anchor, place)
    buckets[Number(layout[2 * id + 1])]?.push({ id, choice })
  }
  return costOf(buckets.map((dealt) => bucketOf(dealt)))
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
function deal(members: readonly Member[], tries: number): readonly Bucket[] {
  const open = members.filter((member) => member.isOpen)
  const closed = members.filter((member) => !member.isOpen)
  const dealt = bestDealt(open.length > 0 ? OPEN_BUCKET : BUCKETS, closed, tries)
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

/**
 * The most frequent first: others join the bucket that has room for them. Then a part of them, at random, is taken out and
 * dealt anew, again and again; what is worse for it is forgotten.
 */
function bestDealt(count: number, members: readonly Member[], tries: number): readonly Bucket[] {
  const inOrder = members.toSorted((a, b) => leastOf(b) - leastOf(a) || a.id - b.id)
  let best = dealtInOrder(count, inOrder)
  const next = noise()
  for (let left = tries; left > 0; left--) {
    const dealt = dealtAnew(best, inOrder, next)
    if (costOf(dealt) < costOf(best)) best = dealt
  }
  return best
}

const leastOf = ({ choices }: Member): number => choices[0]?.frequency ?? 0

/** See {@link layoutCost}. */
function costOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { frequency, dealt }) => {
    return dealt.reduce((all, { choice }) => all + COMPARED * choice.frequency, sum + frequency)
  }, 0)
}

/** The same with some taken out and dealt anew, roughly the most frequent first. `next`: see {@link noise}. */
function dealtAnew(
  buckets: readonly Bucket[],
  members: readonly Member[],
  next: () => number,
): readonly Bucket[] {
  const share = next()
  const taken = new Map<number, number>()
  const kept = buckets.map(({ dealt }) =>
    bucketOf(
      dealt.filter(({ id, choice }) => {
        if (next() >= share) return true
        taken.set(id, Math.log(choice.frequency) + 2 * MOVED * next())
        return false
      }),
    ),
  )
  const weightOf = ({ id }: Member): number => taken.get(id) ?? 0
  const anew = members.filter(({ id }) => taken.has(id))
  for (const member of anew.toSorted((a, b) => weightOf(b) - weightOf(a))) put(kept, member)
  return kept
}

/**
 * Numbers from 0 to 1, the same each time: a linear congruence. Source: Press et al., Numerical Recipes in C, second edition,
 * section 7.1, `ranqd1`.
 */
function noise(): () => number {
  let state = SEED
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Deals anchors one after the other. Then each may move twice more. */
function dealtInOrder(count: number, order: readonly Member[]): readonly Bucket[] {
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
