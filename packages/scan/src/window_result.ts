/**
 * What the search of one window gives, in a form that may cross threads: no key material.
 *
 * @module
 */
import type { ByteSource } from '@mintmark/dump'
import { findingSeen } from './finding.ts'
import { keyTag } from './key_tag.ts'
import type { LimitSeen } from './scan_limits.ts'
import type { Window } from './scan_plan.ts'
import type { Sighting } from './sightings.ts'
import type { WindowScanner } from './window_scanner.ts'

export interface WindowResult {
  readonly sightings: readonly Sighting[]
  readonly limits: readonly LimitSeen[]
  /** Bytes. */
  readonly searched: number
}

/** Sightings that a window can have: a file full of keys is cut to what a report holds anyhow. */
const MOST_SIGHTINGS = 20_000

/** Searches one window; hits leave as findings. */
export function searchWindow(
  scanner: WindowScanner,
  source: ByteSource,
  window: Window,
  hashKey: Uint8Array,
): WindowResult {
  const sightings: Sighting[] = []
  const limits: LimitSeen[] = []
  const searched = scanner.scan(source, window, {
    onHit: (detected, offset) => {
      if (sightings.length >= MOST_SIGHTINGS) {
        limits.push({ code: 'many-hits', name: `${detected.certainty} places`, offset })
        return
      }
      sightings.push({
        seen: findingSeen(detected, offset),
        tag: keyTag(hashKey, detected.material),
      })
    },
    onLimit: (seen) => limits.push(seen),
  })
  return { sightings, limits, searched }
}
