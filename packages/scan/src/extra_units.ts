/**
 * What looking at anchors may take in a file besides what its bytes bring: so that small files, and the few windows of a
 * large one that are full of keys, are looked at in full.
 *
 * One part is spread over all windows before they are searched, the other over those that it was too little for, which
 * are searched again. Which windows these are depends on the bytes alone.
 *
 * @module
 */
import { DEEP_FACTOR, UNITS_PER_BYTE } from './anchor_budget.ts'
import type { LimitList, LimitSeen } from './scan_limits.ts'
import { ownBytes, type Window } from './scan_plan.ts'

/** Of a file of one window: about as many nanoseconds. */
const SMALL_UNITS = 3e9
/**
 * Of a larger file, at first and again: where all of it is a flood, the start-up and these, with what its bytes bring,
 * take less than ten times as long as a usual file of its size.
 */
const FIRST_UNITS = 9e8
const AGAIN_UNITS = 1.1e9
const DEEP = 10
/** Windows that are no flood: keys of one form lie close together, the roots of a trust store for one. */
const FEW = 2
const SHARE_OF_FEW = 1 / 2

/** The windows with what each has at first. A file of one window has all at once. */
export function* withFirstUnits(
  windows: Iterable<Window>,
  count: number,
  isDeep: boolean,
): Generator<Window, void, void> {
  const units = (count <= 1 ? SMALL_UNITS : FIRST_UNITS / count) * (isDeep ? DEEP : 1)
  for (const window of windows) yield withMore(window, units)
}

/** Half of it for each byte alike, half for where it is needed: keys lie close together. */
function withMore(window: Window, units: number, anchorShare?: number): Window {
  const moreUnits = units / 2 / Math.max(1, ownBytes(window))
  return { ...window, moreUnits, onceUnits: units / 2, anchorShare }
}

/** All that looking at a window's anchors may take. */
function unitsOf(window: Window, isDeep: boolean): number {
  const { moreUnits = 0, onceUnits = 0 } = window
  const perByte = UNITS_PER_BYTE * (isDeep ? DEEP_FACTOR : 1)
  return ownBytes(window) * (perByte + moreUnits) + onceUnits
}

/** Windows in which not all was looked at. */
export class CutWindows {
  readonly #limits: LimitList
  readonly #cut: { readonly window: Window; readonly floods: readonly LimitSeen[] }[] = []

  constructor(limits: LimitList) {
    this.#limits = limits
  }

  /** Tells the limits of a window, but not yet those that a second look may lift. */
  take(window: Window, seen: readonly LimitSeen[]): void {
    const floods = seen.filter(({ code }) => code === 'anchor-flood')
    this.#limits.addAll(seen.filter(({ code }) => code !== 'anchor-flood'))
    if (floods.length > 0) this.#cut.push({ window, floods })
  }

  /** Those to be searched again. The limits of the others are told. */
  again(isDeep: boolean): readonly Window[] {
    const windows = windowsAgain(
      this.#cut.map(({ window }) => window),
      isDeep,
    )
    for (const { floods } of this.#cut.slice(windows.length)) this.#limits.addAll(floods)
    return windows
  }
}

/** Of the windows that were cut short, those that are searched again, with what each has then. */
function windowsAgain(cut: readonly Window[], isDeep: boolean): readonly Window[] {
  const all = AGAIN_UNITS * (isDeep ? DEEP : 1)
  const had = Math.max(1, ...cut.map((window) => unitsOf(window, isDeep)))
  // With less than twice of what it had, a window would be looked at much as before; but one is, with all there is.
  const again = cut.slice(0, Math.max(all > had ? 1 : 0, Math.floor(all / (2 * had))))
  const own = (window: Window) => unitsOf({ ...window, moreUnits: 0, onceUnits: 0 }, isDeep)
  const share = cut.length <= FEW ? SHARE_OF_FEW : undefined
  return again.map((window) => withMore(window, all / again.length - own(window), share))
}
