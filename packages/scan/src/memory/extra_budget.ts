/**
 * Extra budget of anchors, so that small files and a few key-dense windows are examined in full.
 * One part is for all windows; the other for windows searched again, which used up their own.
 */
import { COST_PER_BYTE, DEEP_FACTOR } from '../anchors/anchor_budget.ts'
import { ownBytes, type Window } from '../anchors/scan_plan.ts'
import type { LimitList, LimitSeen } from '../report/scan_limits.ts'

/** Nanoseconds for one window; deep: a tenth. Enough for an SLH-DSA key's tree in a small file. */
const SMALL_COST = 1.2e9
const KEY_COST = 3e9
const KEY_BYTES = 65_536
const SMALL_DEEP_COST = 3e9
/** Of a larger file. A flood then takes less than ten times as long as a usual file of its size. */
const LEAST_COST = 9e8
const MOST_COST = 2e9
const MORE_PER_BYTE = 10
/** Share at first; the rest is for windows that are searched again. */
const FIRST_SHARE = 0.45
const DEEP = 10
const TIMES_AGAIN = 3
/** So few are no flood: keys of one encoding are often close together, as in a trust store. */
const FEW = 2
const SHARE_OF_FEW = 1 / 2
/** For a scrub: once, and for each byte. A tenth of a scrub slot (`scrub_slots.ts`). */
const PATIENT_COST = 6e10
const PATIENT_PER_BYTE = 100

/** An unpacked byte's cost and largest share. Packed cores unpack to 3 to 20 times their bytes. */
const UNPACK_COST = 12
const MOST_TO_UNPACK = 1 / 2
const MOST_TIMES_PACKED = 20

export interface PlanSize {
  readonly windows: number
  readonly bytes: number
  readonly packedBytes?: number | undefined
}

function moreOf({ windows, bytes, packedBytes }: PlanSize, isDeep: boolean): number {
  if (isDeep) return DEEP * (windows <= 1 ? SMALL_DEEP_COST : MOST_COST)
  if (windows <= 1) return bytes <= KEY_BYTES ? KEY_COST : SMALL_COST
  const own = Math.min(bytes, packedBytes ?? bytes)
  const all = Math.min(MOST_COST, LEAST_COST + MORE_PER_BYTE * own)
  return packedBytes === undefined ? all : all - Math.min(UNPACK_COST * bytes, MOST_TO_UNPACK * all)
}

function lessPerByte({ bytes, packedBytes }: PlanSize, isDeep: boolean): number {
  if (packedBytes === undefined || isDeep) return 0
  return COST_PER_BYTE * Math.max(0, 1 - (MOST_TIMES_PACKED * packedBytes) / Math.max(1, bytes))
}

export function* withFirstBudget(
  windows: Iterable<Window>,
  size: PlanSize,
  isDeep: boolean,
): Generator<Window, void, void> {
  const share = size.windows <= 1 ? 1 : FIRST_SHARE / size.windows
  const budget = share * moreOf(size, isDeep)
  const less = size.windows <= 1 ? 0 : lessPerByte(size, isDeep)
  for (const window of windows) {
    const more = withMore(window, budget)
    yield { ...more, moreCost: (more.moreCost ?? 0) - less }
  }
}

function withMore(window: Window, budget: number, anchorShare?: number): Window {
  const moreCost = budget / 2 / Math.max(1, ownBytes(window))
  return { ...window, moreCost, onceCost: budget / 2, anchorShare }
}

function budgetOf(window: Window, isDeep: boolean): number {
  const { moreCost = 0, onceCost = 0 } = window
  const perByte = COST_PER_BYTE * (isDeep ? DEEP_FACTOR : 1)
  return ownBytes(window) * (perByte + moreCost) + onceCost
}

export class CutWindows {
  readonly #limits: LimitList
  readonly #size: PlanSize
  readonly #cut: { readonly window: Window; readonly floods: readonly LimitSeen[] }[] = []

  constructor(limits: LimitList, size: PlanSize) {
    this.#limits = limits
    this.#size = size
  }

  take(window: Window, seen: readonly LimitSeen[]): void {
    const floods = seen.filter(({ code }) => code === 'anchor-flood')
    this.#limits.addAll(seen.filter(({ code }) => code !== 'anchor-flood'))
    if (floods.length > 0) this.#cut.push({ window, floods })
  }

  get areMost(): boolean {
    return 2 * this.#cut.length >= this.#size.windows
  }

  /** In a long flood, windows where other encodings were cut too. `isPatient`: for a scrub. */
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

function namesOf(floods: readonly LimitSeen[]): number {
  return new Set(floods.map(({ name }) => name)).size
}

function windowsAgain(
  cut: readonly Window[],
  all: number,
  { isDeep, isPatient }: { readonly isDeep: boolean; readonly isPatient: boolean },
): readonly Window[] {
  const had = Math.max(1, ...cut.map((window) => budgetOf(window, isDeep)))
  // A little more would give the same again; but one window gets all that is left.
  const again = cut.slice(0, Math.max(all > had ? 1 : 0, Math.floor(all / (TIMES_AGAIN * had))))
  const own = (window: Window) => budgetOf({ ...window, moreCost: 0, onceCost: 0 }, isDeep)
  const share = isPatient || cut.length <= FEW ? SHARE_OF_FEW : undefined
  return again.map((window) => withMore(window, all / again.length - own(window), share))
}
