/** Findings of one window: for each match and some copies of its bytes, and the keys themselves. */
import type { Key } from '@mintmark/keys/material/key'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import type { Match } from '../anchors/match.ts'
import { type RawFinding, rawFindingOf } from '../findings/finding.ts'
import { copied, hasSecret } from '../findings/key_copy.ts'
import { possibleKeys } from '../findings/possible_keys.ts'
import { HITS_OF, type LimitSeen } from './scan_limits.ts'

/** Raw findings of a window: a key-dense file is cut to the limits of a report anyhow. */
const MOST_RAW_FINDINGS = 5000
const MOST_COPIES = 250
/** One more than are erased by value (`found_keys.ts`), so that too many are noticed. */
const MOST_KEYS = 4097
const MOST_POSSIBLE = 1024

export class WindowFindings {
  readonly all: RawFinding[] = []
  readonly possible: Match[] = []
  readonly #tags: KeyTags
  readonly #keys = new Map<string, Key>()
  readonly #copies = new Map<string, number>()
  readonly #leftOut = new Map<Certainty, { offset: number; count: number }>()
  #isKeyLeftOut: boolean = false
  /** Bytes that verified keys take, at least: overlapping findings count once. */
  verifiedBytes = 0
  #verifiedTo = 0

  constructor(hashKey: Uint8Array) {
    this.#tags = new KeyTags(hashKey)
  }

  get keys(): readonly Key[] {
    return [...this.#keys.values()]
  }

  add(found: Match): RawFinding | undefined {
    const { offset, length, key, isCopy } = found
    if (key.certainty === 'verified') this.#takeVerified(offset, length)
    if (this.all.length >= MOST_RAW_FINDINGS) {
      this.#leaveOut(key.certainty, offset)
      return undefined
    }
    const finding = rawFindingOf(found, this.#tags)
    this.all.push(finding)
    if (isCopy !== true) this.#addKey(key, finding)
    if (this.possible.length < MOST_POSSIBLE) this.possible.push(...possibleKeys(found))
    return finding
  }

  /** Returns whether the copy is reported, not only counted. */
  addCopy(finding: RawFinding | undefined, certainty: Certainty, offset: number): boolean {
    if (certainty === 'verified') this.#takeVerified(offset, finding?.length ?? 0)
    const name = finding && `${finding.tag} ${finding.encoding}`
    const copies = this.#copies.get(name ?? '') ?? 0
    const isFull = this.all.length >= MOST_RAW_FINDINGS || copies >= MOST_COPIES
    if (name === undefined || finding === undefined || isFull) {
      this.#leaveOut(certainty, offset)
      return false
    }
    this.#copies.set(name, copies + 1)
    this.all.push({ ...finding, offset })
    return true
  }

  limits(begin: number): readonly LimitSeen[] {
    const code = 'many-hits'
    const limits = [...this.#leftOut].map(([certainty, { offset, count }]) => {
      return { code, name: HITS_OF[certainty], offset, count } as const
    })
    return this.#isKeyLeftOut ? [{ code, name: 'keys', offset: begin }, ...limits] : limits
  }

  #addKey(whole: Key, { tag, certainty, note }: RawFinding): void {
    const { possible: _, material, ...key } = whole
    if (material === undefined || !hasSecret(material)) return
    const name = `${tag} ${certainty} ${note ?? ''} ${partsOf(material)}`
    if (this.#keys.has(name)) return
    if (this.#keys.size >= MOST_KEYS) this.#isKeyLeftOut = true
    else this.#keys.set(name, { ...key, note, material: copied(material) })
  }

  #takeVerified(offset: number, length: number): void {
    const end = offset + length
    this.verifiedBytes += Math.max(0, end - Math.max(offset, this.#verifiedTo))
    this.#verifiedTo = Math.max(this.#verifiedTo, end)
  }

  #leaveOut(certainty: Certainty, offset: number): void {
    const existing = this.#leftOut.get(certainty)
    if (existing === undefined) this.#leftOut.set(certainty, { offset, count: 1 })
    else {
      existing.offset = Math.min(existing.offset, offset)
      existing.count++
    }
  }
}

/** Which of its private values a key has: those that differ are kept side by side. */
function partsOf(material: KeyMaterial): string {
  if (material.type !== 'rsa') return ''
  const hasPrimes = material.p !== undefined && material.q !== undefined
  // Exponents differ by multiples of λ(n): low bits distinguish them, only in this process.
  return `${hasPrimes ? 'primes' : ''} ${material.d === undefined ? '' : String(material.d & 0xffffn)}`
}
