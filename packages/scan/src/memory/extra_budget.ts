/**
 * What examining anchors may take in a file besides what its bytes bring: so that small files, and the few windows of a
 * large one that are key-dense, are examined in full.
 *
 * One part is spread over all windows before they are searched, the other over those that it was too little for, which
 * are searched again. Which windows these are depends on the bytes alone. @module
 */
import { COST_PER_BYTE, DEEP_FACTOR } from '../anchors/anchor_budget.ts'
import { ownBytes, type Window } from '../anchors/scan_plan.ts'
import type { LimitList, LimitSeen } from '../report/scan_limits.ts'

/**
 * Of a file of one window, about as many nanoseconds; of a deep search a tenth. A file that is a key and little else has
 * what the tree of an SLH-DSA key takes.
 */
const SMALL_COST = 1.2e9
const KEY_COST = 3e9
const KEY_BYTES = 65_536
const SMALL_DEEP_COST = 3e9
/**
 * Of a larger file: where all of it is a flood, the start-up and these, with what its bytes bring, take less than ten
 * times as long as a usual file of its size, which is mostly the start-up where it is small.
 */
const LEAST_COST = 9e8
const MOST_COST = 2e9
const MORE_PER_BYTE = 10
/** Of them, at first; the rest again. */
const FIRST_SHARE = 0.45
const DEEP = 10
/** So many times of what it had at first, at least, a window has that is searched again. */
const TIMES_AGAIN = 3
/** Windows that are no flood: keys of one encoding are close together, the roots of a trust store for one. */
const FEW = 2
const SHARE_OF_FEW = 1 / 2
/**
 * For what must not leave as long as a part of it was passed over: once, and for each byte of the file. A tenth of what the
 * gate waits for a scrub of so many bytes (`scrub_slots.ts` of coredump); what nothing needs of it takes no time.
 */
const PATIENT_COST = 6e10
const PATIENT_PER_BYTE = 100

/**
 * Of a byte that was unpacked: what it took, half of what there is at most. What is packed as well as that brings no more.
 * Cores take a third to a twentieth of their bytes, a file made of the same keys over and over a thousandth.
 */
const UNPACK_COST = 12
const MOST_TO_UNPACK = 1 / 2
const MOST_TIMES_PACKED = 20

/** The windows of a file, and their own bytes. */
export interface PlanSize {
  readonly windows: number
  readonly bytes: number
  /** Of the file, where they were packed in it. */
  readonly packedBytes?: number | undefined
}

/** Of all windows together, at first and again. */
function moreOf({ windows, bytes, packedBytes }: PlanSize, isDeep: boolean): number {
  if (isDeep) return DEEP * (windows <= 1 ? SMALL_DEEP_COST : MOST_COST)
  if (windows <= 1) return bytes <= KEY_BYTES ? KEY_COST : SMALL_COST
  const own = Math.min(bytes, packedBytes ?? bytes)
  const all = Math.min(MOST_COST, LEAST_COST + MORE_PER_BYTE * own)
  return packedBytes === undefined ? all : all - Math.min(UNPACK_COST * bytes, MOST_TO_UNPACK * all)
}

/** Of what bytes bring by themselves, the part that is not theirs where they were packed in far fewer, a byte. */
function lessPerByte({ bytes, packedBytes }: PlanSize, isDeep: boolean): number {
  if (packedBytes === undefined || isDeep) return 0
  return COST_PER_BYTE * Math.max(0, 1 - (MOST_TIMES_PACKED * packedBytes) / Math.max(1, bytes))
}

/** The windows with what each has at first. A file of one window has all at once. */
export function* withFirstBudget(
  windows: Iterable<Window>,
  size: PlanSize,
  isDeep: boolean,
): Generator<Window, void, void> {
  const share = size.windows <= 1 ? 1 : FIRST_SHARE / size.windows
  const budget = share * moreOf(size, isDeep)
  // A file of one window has no time to lose.
  const less = size.windows <= 1 ? 0 : lessPerByte(size, isDeep)
  for (const window of windows) {
    const more = withMore(window, budget)
    yield { ...more, moreCost: (more.moreCost ?? 0) - less }
  }
}

/** Half of it for each byte alike, half for where it is needed: keys are close together. */
function withMore(window: Window, budget: number, anchorShare?: number): Window {
  const moreCost = budget / 2 / Math.max(1, ownBytes(window))
  return { ...window, moreCost, onceCost: budget / 2, anchorShare }
}

/** All that examining a window's anchors may take. */
function budgetOf(window: Window, isDeep: boolean): number {
  const { moreCost = 0, onceCost = 0 } = window
  const perByte = COST_PER_BYTE * (isDeep ? DEEP_FACTOR : 1)
  return ownBytes(window) * (perByte + moreCost) + onceCost
}

/** Windows in which not all was examined. */
export class CutWindows {
  readonly #limits: LimitList
  readonly #size: PlanSize
  readonly #cut: { readonly window: Window; readonly floods: readonly LimitSeen[] }[] = []

  /** @param size of the plan whose windows they are */
  constructor(limits: LimitList, size: PlanSize) {
    this.#limits = limits
    this.#size = size
  }

  /** Reports the limits of a window, except those that a second search may lift. */
  take(window: Window, seen: readonly LimitSeen[]): void {
    const floods = seen.filter(({ code }) => code === 'anchor-flood')
    this.#limits.addAll(seen.filter(({ code }) => code !== 'anchor-flood'))
    if (floods.length > 0) this.#cut.push({ window, floods })
  }

  /** Whether half of the windows or more were cut short. */
  get areMost(): boolean {
    return 2 * this.#cut.length >= this.#size.windows
  }

  /**
   * Those to be searched again: of a flood that goes on and on, the windows in which other encodings were cut short as well.
   * The limits of the rest are reported.
   *
   * @param isPatient whether what is passed over keeps the file from leaving
   */
  again(isDeep: boolean, isPatient: boolean = false): readonly Window[] {
    const byNames = this.#cut.toSorted((a, b) => namesOf(b.floods) - namesOf(a.floods))
    const windows = windowsAgain(
      byNames.map(({ window }) => window),
      this.#budgetAgain(isDeep, isPatient),
      { isDeep, isPatient },
    )
    const others = new Set(byNames.slice(windows.length))
    for (const each of this.#cut) if (others.has(each)) this.#limits.addAll(each.floods)
    return windows.toSorted((a, b) => a.offset - b.offset)
  }

  #budgetAgain(isDeep: boolean, isPatient: boolean): number {
    const usual = (1 - FIRST_SHARE) * moreOf(this.#size, isDeep)
    if (!isPatient) return usual
    return Math.max(usual, PATIENT_COST + PATIENT_PER_BYTE * this.#size.bytes)
  }
}

/** How many encodings were cut short. */
function namesOf(floods: readonly LimitSeen[]): number {
  return new Set(floods.map(({ name }) => name)).size
}

/** Of the windows that were cut short, those that are searched again, with what each has then. */
function windowsAgain(
  cut: readonly Window[],
  all: number,
  { isDeep, isPatient }: { readonly isDeep: boolean; readonly isPatient: boolean },
): readonly Window[] {
  const had = Math.max(1, ...cut.map((window) => budgetOf(window, isDeep)))
  // With little more than it had, a window would be examined much as before; but one is, with all there is.
  const again = cut.slice(0, Math.max(all > had ? 1 : 0, Math.floor(all / (TIMES_AGAIN * had))))
  const own = (window: Window) => budgetOf({ ...window, moreCost: 0, onceCost: 0 }, isDeep)
  const share = isPatient || cut.length <= FEW ? SHARE_OF_FEW : undefined
  return again.map((window) => withMore(window, all / again.length - own(window), share))
}
