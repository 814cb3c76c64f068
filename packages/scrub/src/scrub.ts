import { type ByteSource, type Dump, joinedRanges, type Range } from '@mintmark/dump'
import type { Key } from '@mintmark/keys/material/key'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { FoundKeys, hasScalar } from '@mintmark/scan/engine/found_keys'
import type { Finding } from '@mintmark/scan/findings/finding'
import { classOf, type FindingClass, isKept } from '@mintmark/scan/findings/policy'
import type { ScanReport } from '@mintmark/scan/report/report'
import { SegmentFinder } from '@mintmark/scan/report/segment_finder'
import { type ErasedPiece, ErasedValues, STRUCTURE } from './erased_values.ts'
import type { VerificationScans } from './evidence.ts'
import { piecesInRegisters } from './general_registers.ts'
import { findPieces } from './pieces/piece_search.ts'
import { Pointers } from './pointers.ts'
import { ArrayEnds, ErasedRanges, filledRegisters, isWithin } from './ranges.ts'
import type { ErasedSecret, ScrubOptions } from './scrub_report.ts'

interface ScrubTask {
  readonly name: string
  readonly dump: Dump
  readonly source: ByteSource
  readonly data: readonly Range[]
  readonly options: ScrubOptions
}

/** From this round on findings are erased even if words in them look like pointers. */
const ROUND_OF_FORCE = 3
const MOST_OTHER_SECRETS = 10_000

export class Scrub {
  readonly task: ScrubTask
  readonly foundKeys: FoundKeys = new FoundKeys()
  readonly segments: SegmentFinder
  readonly values: ErasedValues
  readonly otherSecrets: ErasedSecret[] = []
  moreOtherSecrets = 0
  readonly classes: Set<FindingClass> = new Set()
  rounds = 0
  isFull: boolean = false
  readonly #ranges: ErasedRanges
  readonly #pointers: Pointers
  readonly #arrayEnds: ArrayEnds
  readonly #names = new Map<string, KeyId>()
  #vectors: readonly Range[] = []
  readonly #fresh = new Set<number>()

  constructor(task: ScrubTask) {
    this.task = task
    this.segments = new SegmentFinder(task.dump.segments)
    this.values = new ErasedValues(this.segments)
    this.#ranges = new ErasedRanges(task.dump)
    this.#pointers = new Pointers(task.dump)
    this.#arrayEnds = new ArrayEnds(task.dump)
  }

  get erased(): readonly Range[] {
    return this.#ranges.all
  }

  get vectors(): readonly Range[] {
    return this.#vectors
  }

  /** More was found than can be erased: the result is not clean, and the search ends. */
  isTooMuch(): boolean {
    return this.isFull || this.foundKeys.leftOut > 0
  }

  nameOf(spkiSha256: string | undefined): KeyId | undefined {
    return spkiSha256 === undefined ? undefined : this.#names.get(spkiSha256)
  }

  missingKeys(): readonly PublicKey[] {
    const { publicKeys = [] } = this.task.options
    return publicKeys.filter(({ keyId }) => this.foundKeys.numberOf(keyId.spkiSha256) === undefined)
  }

  /** By SHA-256 of SubjectPublicKeyInfo: their scalars were found, pieces come next. */
  settled(): ReadonlySet<string> {
    const scalars = this.foundKeys.all.filter(({ materials }) => materials.some(hasScalar))
    return new Set(scalars.flatMap(({ keyId }) => keyId?.spkiSha256 ?? []))
  }

  isInStructure(range: Range): boolean {
    return isWithin(range, this.task.dump.structure)
  }

  learn(key: Key): void {
    if (!isToErase(key, this.task.options) || !isValue(key)) return
    const number = this.foundKeys.add(key)
    if (number !== undefined) this.#fresh.add(number)
  }

  isLeft(report: ScanReport): boolean {
    return this.#fresh.size > 0 || this.#toErase(report).length > 0
  }

  leftOf({ report, given }: Pick<VerificationScans, 'report' | 'given'>): ScanReport | undefined {
    const last = given ?? report
    return this.isLeft(last) ? last : undefined
  }

  async eraseWhat(report: ScanReport): Promise<boolean> {
    this.rounds++
    const found = this.#toErase(report)
    for (const finding of found) this.classes.add(classOf(finding))
    for (const { keyId } of report.findings) {
      if (keyId?.spkiSha256 !== undefined) this.#names.set(keyId.spkiSha256, keyId)
    }
    if (this.rounds === 1) this.#vectors = filledRegisters(this.task.dump, this.task.source)
    const pieces = await this.#pieces()
    const inMemory = joinedRanges(pieces.flatMap((piece) => this.#arrayEnds.within(piece)))
    const byValue = joinedRanges([...inMemory, ...this.#vectors])
    for (const piece of pieces) this.values.add(piece)
    const ranges = found.flatMap((finding) => {
      if (isWithin(finding, byValue)) return []
      this.#account(finding)
      // Between the two pads of an HMAC key is what is not of the key: its values are enough.
      if (finding.kind === 'hmac' && this.rounds === 1) return []
      const inArrays = this.#arrayEnds.within(finding)
      return this.rounds >= ROUND_OF_FORCE
        ? inArrays
        : inArrays.flatMap((part) => this.#pointers.without(this.task.source, part))
    })
    return this.#ranges.add(ranges, byValue, this.task.options.structureToo === true)
  }

  materials(): ReadonlyMap<number, readonly KeyMaterial[]> {
    return new Map(this.foundKeys.all.map(({ number, materials }) => [number, materials]))
  }

  wipe(): void {
    this.foundKeys.wipe()
  }

  /** Locations of values of newly learnt keys; in registers shorter pieces too. */
  async #pieces(): Promise<readonly ErasedPiece[]> {
    const fresh = [...this.materials()].filter(([number]) => this.#fresh.has(number))
    this.#fresh.clear()
    if (fresh.length === 0) return []
    const keys = new Map(fresh)
    const { pieces, isFull } = await findPieces(this.task, keys)
    if (isFull) this.isFull = true
    const { dump, source } = this.task
    return [...pieces, ...piecesInRegisters(dump.generalRegisters, source, keys)]
  }

  #toErase({ findings, unverified, protected: secured }: ScanReport): readonly Finding[] {
    const { options } = this.task
    const all = [
      ...findings,
      ...(options.keepLesser === true ? [] : secured),
      ...unverified.filter((finding) => options.keepCandidates !== true || isPart(finding)),
    ]
    return all.filter((finding) => isToErase(finding, options))
  }

  #account(finding: Finding): void {
    const { offset, length, kind, encoding, certainty, note, keyId } = finding
    const key = this.foundKeys.numberOf(keyId?.spkiSha256)
    if (key !== undefined) {
      this.values.add({ offset, length, key, value: STRUCTURE, encoding, isWhole: true })
    } else if (this.otherSecrets.length >= MOST_OTHER_SECRETS) this.moreOtherSecrets++
    else
      this.otherSecrets.push({
        ...this.segments.locationOf(finding),
        kind,
        encoding,
        certainty,
        note,
      })
  }
}

/** Published test keys stay unless it was asked for: they are part of programs. */
function isToErase(finding: Pick<Key, 'note'>, { published }: ScrubOptions): boolean {
  return published === true || !isKept(finding)
}

/** Verified keys that a scan of the result still shows, but for those that are to stay. */
export function verifiedLeft({ task }: Scrub, report: ScanReport): readonly Finding[] {
  return report.findings.filter((finding) => isToErase(finding, task.options))
}

/** A part of a key that is known, whatever became of the rest. */
function isPart({ note }: Finding): boolean {
  return note === 'fragment'
}

/** Whether all copies are erased by value. Of unverified keys HMAC's that fill their block. */
function isValue({ certainty, kind }: Key): boolean {
  return certainty === 'verified' || kind === 'hmac'
}
