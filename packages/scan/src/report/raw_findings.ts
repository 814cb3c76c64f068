/** Merges the findings of windows: one for each offset, with its address, owner and copies. */
import type { Dump } from '@mintmark/dump'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import type { Finding, RawFinding } from '../findings/finding.ts'
import { HITS_OF, type LimitList } from './scan_limits.ts'
import { SegmentFinder } from './segment_finder.ts'

interface RawFindingView {
  readonly rawFindings: (rawFinding: RawFinding) => readonly RawFinding[]
}

const MOST: Readonly<Record<Certainty, number>> = {
  verified: 50_000,
  unverified: 20_000,
  protected: 20_000,
}
const MOST_AROUND = 64

const RANK: Readonly<Record<Certainty, number>> = { verified: 2, unverified: 1, protected: 0 }

export class RawFindingList {
  readonly #kept: RawFinding[] = []
  readonly #counts: Record<Certainty, number> = { verified: 0, unverified: 0, protected: 0 }
  readonly #limits: LimitList
  readonly #view: RawFindingView | undefined

  constructor(limits: LimitList, view?: RawFindingView) {
    this.#limits = limits
    this.#view = view
  }

  add(rawFinding: RawFinding): void {
    const { certainty, offset } = rawFinding
    if (this.#counts[certainty] >= MOST[certainty]) {
      this.#limits.add({ code: 'many-hits', name: HITS_OF[certainty], offset })
      return
    }
    this.#counts[certainty]++
    this.#kept.push(...(this.#view?.rawFindings(rawFinding) ?? [rawFinding]))
  }

  /** In order of offset. `isKnown`: whether a public key is known by more than its private half. */
  findings(file: string, dump: Dump, isKnown: IsKnown = () => false): readonly Finding[] {
    return this.tagged(file, dump, isKnown).map(withoutTag)
  }

  /** Well-formed keys become unverified, with all copies, unless something verifies them. */
  #classified(isKnown: IsKnown): readonly RawFinding[] {
    const all = this.#kept.filter(isVerified)
    const verified = new Set(all.map(({ tag }) => tag))
    const whole = new Set(all.flatMap(({ isRebuilt, tag }) => (isRebuilt === true ? [] : tag)))
    return this.#kept.map((finding) => {
      const { isRebuilt, ...part } = finding
      const { tag } = part
      // A part of a key that was found whole is one of its values.
      if (isRebuilt === true && whole.has(tag)) return part
      if (finding.certainty !== 'verified' || finding.isWellFormed === undefined) return finding
      const { isWellFormed: _, ...shown } = finding
      const isShown = verified.has(tag) || isKnown(finding.keyId?.spkiSha256 ?? '')
      return isShown ? shown : { ...finding, certainty: 'unverified' }
    })
  }

  tagged(file: string, dump: Dump, isKnown: IsKnown): readonly (Finding & RawFinding)[] {
    const kept = onePerLocation(this.#classified(isKnown))
    const copies = new Map<string, number>()
    const firstOffsets = new Map<string, number>()
    for (const { tag, keyId, offset, encoding, beginsAt } of kept) {
      if (keyId === undefined && !firstOffsets.has(tag)) firstOffsets.set(tag, offset)
      if (beginsAt !== undefined) continue
      const name = `${tag} ${encoding}`
      copies.set(name, (copies.get(name) ?? 0) + 1)
    }
    const segments = new SegmentFinder(dump.segments)
    const generators = new Set(kept.flatMap(({ tag, note }) => (note === 'drbg' ? tag : [])))
    return kept.map((finding) => {
      const { tag, keyId, offset, encoding } = finding
      const first = tag === '' || keyId !== undefined ? undefined : firstOffsets.get(tag)
      return Object.assign({ file }, finding, segments.locationOf(finding), {
        // A generator's state can be far from the schedules of its key.
        note: generators.has(tag) ? 'drbg' : finding.note,
        copies: tag === '' ? 1 : (copies.get(`${tag} ${encoding}`) ?? 1),
        ...(first !== undefined && first !== offset && { sameKeyAt: first }),
      } as const)
    })
  }
}

export type IsKnown = (spkiSha256: string) => boolean

function withoutTag(finding: Finding & RawFinding): Finding {
  const { tag: _, ...reported } = finding
  return reported
}

const isVerified = ({ certainty, isWellFormed, tag }: RawFinding): boolean =>
  tag !== '' && certainty === 'verified' && isWellFormed === undefined

const endOf = ({ offset, length }: RawFinding) => offset + length

/** Outer before inner, better before worse. */
function order(a: RawFinding, b: RawFinding): number {
  return (
    a.offset - b.offset ||
    b.length - a.length ||
    RANK[b.certainty] - RANK[a.certainty] ||
    (a.encoding < b.encoding ? -1 : a.encoding > b.encoding ? 1 : 0)
  )
}

/** Leaves out findings within another: the same key, and unverified keys that are part of one. */
function onePerLocation(rawFindings: readonly RawFinding[]): readonly RawFinding[] {
  const kept = new Set<RawFinding>()
  let around: RawFinding[] = []
  for (const rawFinding of rawFindings.toSorted(order)) {
    const { offset } = rawFinding
    around = around.filter((outer) => endOf(outer) > offset).slice(-MOST_AROUND)
    if (around.some((outer) => covers(outer, rawFinding))) continue
    for (const outer of around) if (confirms(rawFinding, outer)) kept.delete(outer)
    kept.add(rawFinding)
    around.push(rawFinding)
  }
  return [...kept]
}

const isSameKey = (a: RawFinding, b: RawFinding) => a.tag !== '' && a.tag === b.tag
const isWithin = (inner: RawFinding, outer: RawFinding) => endOf(inner) <= endOf(outer)
const isBetter = (a: RawFinding, b: RawFinding) => RANK[a.certainty] > RANK[b.certainty]

function covers(outer: RawFinding, inner: RawFinding): boolean {
  if (isSameKey(outer, inner)) {
    return !isBetter(inner, outer) && (isWithin(inner, outer) || inner.encoding === outer.encoding)
  }
  if (!isWithin(inner, outer)) return false
  if (outer.certainty === 'verified' && isBetter(outer, inner)) return true
  const isSameRange = inner.offset === outer.offset && endOf(inner) === endOf(outer)
  return isSameRange && inner.encoding === outer.encoding && inner.tag === outer.tag
}

/** A verified key explains an unverified key: 256·d looks like a damaged d if d has eight zero bits. */
function confirms(inner: RawFinding, outer: RawFinding): boolean {
  if (!isSameKey(outer, inner) || !isBetter(inner, outer)) return false
  return isWithin(inner, outer) || inner.encoding === outer.encoding
}
