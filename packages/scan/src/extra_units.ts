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
import { ownBytes, WINDOW_BYTES, type Window } from './scan_plan.ts'

/** Of a file: about as many nanoseconds. */
const ALL_UNITS = 3e9
const DEEP_UNITS = 4 * ALL_UNITS
/** Less than this would add little to what a window had at first. */
const LEAST_AGAIN = 2 * UNITS_PER_BYTE * WINDOW_BYTES

function allUnits(isDeep: boolean): number {
  return isDeep ? DEEP_UNITS : ALL_UNITS
}

/** The windows with what each has at first. A file of one window has all at once. */
export function* withFirstUnits(
  windows: Iterable<Window>,
  count: number,
  isDeep: boolean,
): Generator<Window, void, void> {
  const units = count <= 1 ? allUnits(isDeep) : allUnits(isDeep) / 2 / count
  for (const window of windows) yield withMore(window, units)
}

function withMore(window: Window, units: number): Window {
  return { ...window, moreUnits: (window.moreUnits ?? 0) + units / Math.max(1, ownBytes(window)) }
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
  const left = allUnits(isDeep) / 2
  const least = LEAST_AGAIN * (isDeep ? DEEP_FACTOR : 1)
  const again = cut.slice(0, Math.floor(left / least))
  return again.map((window) => withMore(window, left / again.length))
}
