/** The passes over a file: encodings, private halves of public keys, values of found keys. */

import type { Key } from '@mintmark/keys/material/key'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { isRoot } from '@mintmark/keys/public_keys/public_roots'
import type { Match } from './anchors/match.ts'
import { ownBytes, planWindows, sizeOf, type Window } from './anchors/scan_plan.ts'
import type { PackedOutcome } from './embedded/scan_packed.ts'
import { hasScalar } from './engine/found_keys.ts'
import { KeyDensity } from './engine/key_density.ts'
import type { KnownTask, ScannerTask } from './engine/scanner_task.ts'
import { type Searched, type SearchedFile, searchersOf } from './engine/search_file.ts'
import { isWhole, SoughtKeys } from './engine/sought_keys.ts'
import type { WindowResult } from './engine/window_result.ts'
import { rawFindingOf } from './findings/finding.ts'
import { verifiedByKnown } from './findings/possible_keys.ts'
import { hasOneSecret } from './known/secrets/secret_groups.ts'
import { matchOfValue } from './known/values/found_value.ts'
import { CutWindows, type PlanSize, withFirstBudget } from './memory/extra_budget.ts'
import { Holes } from './memory/holes.ts'
import { scalarsInRegisters } from './memory/register_scalars.ts'
import { registerRanges, secretsInRegisters } from './memory/registers.ts'
import { SegmentBoundaries } from './memory/segment_boundaries.ts'
import type { KnownKeys } from './report/known_keys.ts'

export interface Outcome extends PackedOutcome {
  readonly keys: KnownKeys
  scannedBytes: number
}

export interface ScanProgress {
  /** Bytes searched, of the bytes that are to be: each twice. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface PassOptions {
  /** Every alignment, and more of offsets that look alike. Slower. */
  readonly deep?: boolean
  /** As many as there are processors, up to 8, where absent. */
  readonly threads?: number
  readonly onProgress?: (progress: ScanProgress) => void
  /** The size packed in the file: what it unpacks to has no more time than such a file. */
  readonly packedBytes?: number
  /** Searches only for given private halves: as long as it takes, unless `deep`. */
  readonly isGivenOnly?: boolean
  /** Keys (SHA-256 of SubjectPublicKeyInfo) with scalars the caller knows: none is completed. */
  readonly settled?: ReadonlySet<string>
  /** Receives the keys, window by window, for a scrub: they must not leave this process. */
  readonly onMaterial?: (key: Key) => void
}

/** Factors are too long for registers; a root's secret is with its authority. */
const isSoughtInRegisters = (key: PublicKey): boolean => hasOneSecret(key.material) && !isRoot(key)

/** Given secrets are searched for as with `--deep` in smaller files: it takes seconds there. */
const DEEP_BYTES = 256 << 20
const CUT_SCALARS = 'scalars of which registers hold a part'
const MOST_POSSIBLE = 8192

export class Passes {
  readonly #file: SearchedFile
  readonly #tags: KeyTags
  readonly #options: PassOptions
  readonly #outcome: Outcome
  readonly #how: Pick<ScannerTask, 'isDeep' | 'runs'>
  readonly #size: PlanSize
  readonly #totalBytes: number
  readonly #found: SoughtKeys
  readonly #boundaries: SegmentBoundaries | undefined
  readonly #taken = new Set<string | undefined>()
  readonly #possible: Match[] = []
  readonly #zeros = new Holes()
  #isFlood: boolean = false
  #doneBytes = 0

  constructor(file: SearchedFile, options: PassOptions, outcome: Outcome) {
    this.#file = file
    this.#tags = new KeyTags(file.hashKey)
    this.#options = options
    this.#outcome = outcome
    this.#how = { isDeep: options.deep ?? false, runs: file.runs }
    this.#boundaries = SegmentBoundaries.of(file.runs, file.source, file.borders)
    this.#size = { ...sizeOf(this.#plan()), packedBytes: options.packedBytes }
    this.#totalBytes = 2 * this.#size.bytes
    this.#found = new SoughtKeys(this.#size.bytes)
  }

  /** Searches windows again with more budget where they used up their own. */
  async allEncodings(): Promise<void> {
    const { isDeep } = this.#how
    const task = { kind: 'encodings', ...this.#how } as const
    const cut = new CutWindows(this.#outcome.limits, this.#size)
    const density = new KeyDensity(this.#size.bytes)
    await this.#search(
      task,
      (window, result) => {
        this.#outcome.scannedBytes += result.searched
        this.#zeros.add(result.zeros)
        cut.take(window, result.limits)
        density.take(window, result)
      },
      { windows: withFirstBudget(this.#plan(), this.#size, isDeep), bytes: this.#size.bytes },
    )
    // A scrub follows its first scan with deep ones.
    const again = cut.again(isDeep, isDeep && this.#options.onMaterial !== undefined)
    const takeAgain = (window: Window, result: WindowResult): void => {
      this.#takeLimits(window, result)
      density.take(window, result)
    }
    if (again.length > 0)
      await this.#search(task, takeAgain, { windows: again, bytes: sizeOf(again).bytes })
    this.#isFlood = cut.areMost
    if (this.#boundaries !== undefined) await this.#searchBoundaries(task, this.#boundaries)
    this.#reportPossible()
    const isAll = isDeep || this.#options.onMaterial !== undefined
    this.#found.isFull = !isAll && density.isDense
  }

  async known(): Promise<void> {
    const { all, given, discovered } = this.#outcome.keys
    if (all.length === 0) {
      this.#reportProgress(this.#totalBytes)
      return
    }
    const materials = this.#found.unsought()
    // A scrub spends as much on discovered keys as on given ones.
    const isAll = this.#options.onMaterial !== undefined
    const sought = isAll
      ? { keys: [...given, ...discovered.filter((key) => !isRoot(key))], discovered: [] }
      : {
          keys: given,
          discovered: this.#someOf(unfound(discovered, materials, this.#found.ofFlood), materials),
        }
    const hasDeepSecrets = this.#size.bytes < DEEP_BYTES
    const completed = this.#how.isDeep || (hasDeepSecrets && !isAll) ? given : []
    const scalars = materials.filter(hasScalar)
    const ids = scalars.flatMap((material) => keyIdOf(material).spkiSha256 ?? [])
    const settled = new Set([...ids, ...(this.#options.settled ?? [])])
    const isPatient = this.#options.isGivenOnly === true
    const task = {
      kind: 'known',
      ...this.#how,
      ...sought,
      materials,
      hasDeepSecrets,
      completed,
      settled,
      isPatient,
    } as const
    await this.#searchWithBoundaries(task)
    await this.#searchRegisters({
      ...task,
      keys: sought.keys.filter(isSoughtInRegisters),
      discovered: sought.discovered.filter(isSoughtInRegisters),
    })
    // Zeros were left out.
    this.#reportProgress(this.#totalBytes)
  }

  /** Forgets the keys afterwards. */
  async values(): Promise<void> {
    try {
      const materials = this.#found.unsought()
      const { leftOut } = this.#found
      if (leftOut > 0) {
        this.#outcome.limits.add({ code: 'many-hits', name: 'keys', offset: 0 }, leftOut)
      }
      const task = { kind: 'values', isDeep: this.#how.isDeep, materials } as const
      if (materials.length === 0) return
      await this.#searchWithBoundaries(task)
    } finally {
      this.#found.wipe()
    }
  }

  /** In a key-dense file, keys not searched for by value; reports how many are left out. */
  #someOf(discovered: readonly PublicKey[], sought: readonly KeyMaterial[]): readonly PublicKey[] {
    if (!this.#found.isFull) return discovered
    const ids = new Set(sought.filter(isWhole).map((material) => keyIdOf(material).spkiSha256))
    const some = discovered.filter(
      ({ material, keyId }) => !this.#found.isDenseIn(material) && !ids.has(keyId.spkiSha256),
    )
    const leftOut = discovered.length - some.length
    if (leftOut > 0) {
      this.#outcome.limits.add({ code: 'many-keys', name: '', offset: 0 }, leftOut)
    }
    return some
  }

  #plan(): Iterable<Window> {
    return planWindows(this.#file.runs, this.#zeros.leftOf(this.#file.data))
  }

  #left(): Searched {
    const { bytes } = this.#zeros.isEmpty ? this.#size : sizeOf(this.#plan())
    return { windows: this.#plan(), bytes }
  }

  readonly #takeLimits = (_: Window, { limits }: WindowResult): void => {
    this.#outcome.limits.addAll(limits)
  }

  async #search(
    task: ScannerTask,
    takeLimits: (window: Window, result: WindowResult) => void,
    searched: Searched,
  ): Promise<void> {
    const { windows, bytes } = searched
    const { source, threads } = this.#file
    const count = searchersOf(this.#file, this.#options.threads, bytes)
    await threads.search(task, count, source, windows, (window, result) => {
      if (result === undefined) {
        this.#outcome.limits.add({ code: 'thread-failed', name: '', offset: window.offset })
      } else {
        this.#take(result)
        takeLimits(window, result)
      }
      this.#reportProgress(Math.min(this.#doneBytes + ownBytes(window), this.#totalBytes))
    })
  }

  async #searchRegisters(task: KnownTask): Promise<void> {
    if (task.keys.length + task.discovered.length === 0) return
    const { vectorRegisters, source } = this.#file
    const registers = SegmentBoundaries.joined(secretsInRegisters(vectorRegisters, source), source)
    if (registers !== undefined) await this.#searchBoundaries(task, registers)
    this.#searchForCutScalars(this.#outcome.keys.given.filter(isSoughtInRegisters))
  }

  #searchForCutScalars(keys: readonly PublicKey[]): void {
    const { vectorRegisters, wideRegisters, source } = this.#file
    const locations = registerRanges(vectorRegisters, wideRegisters)
    const boundaries = SegmentBoundaries.joined(locations, source)
    const left = keys.filter(({ keyId }) => !this.#taken.has(keyId.spkiSha256))
    if (boundaries === undefined || left.length === 0) return
    const materials = left.map(({ material }) => material)
    // A scrub sets these registers to zero in any case.
    const isMore = this.#size.bytes < DEEP_BYTES && this.#options.onMaterial === undefined
    const depth = this.#how.isDeep ? 'deep' : isMore ? 'more' : 'usual'
    const { found, isCut } = scalarsInRegisters(locations, source, materials, depth)
    for (const { register, ...value } of found) {
      const match = matchOfValue({
        ...value,
        at: value.at + (boundaries.runs[register]?.offset ?? 0),
      })
      this.#takeMatch(match, boundaries)
    }
    const offset = wideRegisters[0]?.offset ?? 0
    if (isCut) this.#outcome.limits.add({ code: 'search-cut', name: CUT_SCALARS, offset })
  }

  async #searchWithBoundaries(sought: ScannerTask): Promise<void> {
    const left = this.#left()
    const searchers = searchersOf(this.#file, this.#options.threads, left.bytes)
    const task = sought.kind === 'known' ? { ...sought, searchers } : sought
    await this.#search(task, this.#takeLimits, left)
    if (this.#boundaries !== undefined) await this.#searchBoundaries(task, this.#boundaries)
  }

  async #searchBoundaries(task: ScannerTask, boundaries: SegmentBoundaries): Promise<void> {
    const { source, runs } = boundaries
    const size = { ...sizeOf(planWindows(runs)), packedBytes: this.#options.packedBytes }
    // Where boundaries are most of a flood, it was searched with more budget: limits are due again.
    const isAgain = this.#isFlood && 2 * size.bytes >= this.#size.bytes
    const plan = planWindows(runs)
    const windows = isAgain ? plan : withFirstBudget(plan, size, this.#how.isDeep)
    // The borders are a file of their own: pointers lead out of it.
    const bare = { ...task, runs: [] }
    await this.#file.threads.search(bare, 1, source, windows, (_, result) => {
      if (result !== undefined) this.#takeAtBoundaries(boundaries, result)
      else this.#outcome.limits.add({ code: 'thread-failed', name: '', offset: 0 })
    })
  }

  /** Offsets are those of the borders; unverified keys across one stay so. */
  #takeAtBoundaries(boundaries: SegmentBoundaries, result: WindowResult): void {
    const rawFindings = result.rawFindings.flatMap((rawFinding) =>
      boundaries.rawFindings(rawFinding),
    )
    this.#take({ ...result, rawFindings, possible: [], packed: [] })
    this.#outcome.limits.addAll(result.limits.map((limit) => boundaries.limit(limit)))
  }

  #reportPossible(): void {
    const { keys } = this.#outcome
    // Without a limit: it keeps what was verified, as a dump can have thousands of copies.
    const budget = new WorkBudget()
    for (const possible of this.#possible) {
      const found = verifiedByKnown(possible, (id) => keys.has(id), budget)
      if (found !== undefined) this.#takeMatch(found)
    }
    this.#possible.length = 0
  }

  #takeMatch(match: Match, view?: SegmentBoundaries): void {
    const finding = rawFindingOf(match, this.#tags)
    for (const each of view?.rawFindings(finding) ?? [finding]) this.#outcome.rawFindings.add(each)
    this.#takeKey({ ...match.key, note: finding.note })
  }

  #takeKey(key: Key): void {
    if (key.material !== undefined) this.#taken.add(keyIdOf(key.material).spkiSha256)
    this.#found.add(key)
    this.#options.onMaterial?.(key)
  }

  #take({ rawFindings, publicKeys, keys, possible, packed }: WindowResult): void {
    this.#outcome.packed.addAll(packed)
    for (const rawFinding of rawFindings) this.#outcome.rawFindings.add(rawFinding)
    this.#possible.push(...possible.slice(0, MOST_POSSIBLE - this.#possible.length))
    if (this.#options.isGivenOnly !== true) {
      for (const { key, isBare, isOwn } of publicKeys) this.#outcome.keys.add(key, isBare, isOwn)
    }
    for (const key of keys) this.#takeKey(key)
  }

  #reportProgress(doneBytes: number): void {
    this.#doneBytes = doneBytes
    this.#options.onProgress?.({ doneBytes, totalBytes: this.#totalBytes })
  }
}

/** Without keys that fill the file, and keys of curves whose secret is searched for by value. */
function unfound(
  keys: readonly PublicKey[],
  materials: readonly KeyMaterial[],
  ofFlood: ReadonlySet<string>,
): readonly PublicKey[] {
  const found = new Set(materials.filter(isWhole).map((material) => keyIdOf(material).spkiSha256))
  return keys.filter(({ material, keyId: { spkiSha256 = '' } }) => {
    return (material.type === 'rsa' || !found.has(spkiSha256)) && !ofFlood.has(spkiSha256)
  })
}
