/** The result of one window as plain data for other threads. */
import type { ByteSource, Range } from '@mintmark/dump'
import type { Key } from '@mintmark/keys/material/key'
import { publicHalf } from '@mintmark/keys/public_half/public_half'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import type { Match, PackedSeen } from '../anchors/match.ts'
import type { Window } from '../anchors/scan_plan.ts'
import type { RawFinding } from '../findings/finding.ts'
import { MOST_BARE } from '../report/known_keys.ts'
import { type LimitSeen, TOO_MANY_PACKED } from '../report/scan_limits.ts'
import { WindowFindings } from '../report/window_findings.ts'
import type { WindowScanner } from './window_scanner.ts'

export interface KeySeen {
  readonly key: PublicKey
  readonly isBare: boolean
  /** Computed from its private half in the dump; nothing else shows it. */
  readonly isOwn: boolean
}

export interface WindowResult {
  readonly rawFindings: readonly RawFinding[]
  readonly limits: readonly LimitSeen[]
  /** Discovered public keys, and those of found keys: their private halves are searched for. */
  readonly publicKeys: readonly KeySeen[]
  readonly keys: readonly Key[]
  readonly possible: readonly Match[]
  readonly packed: readonly PackedSeen[]
  readonly zeros: readonly Range[]
  /** Bytes that verified keys take, at least. */
  readonly verifiedBytes: number
  readonly searched: number
}

/** Public keys that a window can have; of numbers alone as many as the whole file. */
const MOST_KEYS = 1200
/** Packed parts of a window that are opened: members of a zip file take some 100 bytes each. */
const MOST_PACKED = 50_000

/** Searches one window; matches leave as findings. `hashKey`: see `key_tag.ts`. */
export function searchWindow(
  scanner: WindowScanner,
  source: ByteSource,
  window: Window,
  hashKey: Uint8Array,
): WindowResult {
  const findings = new WindowFindings(hashKey)
  const limits: LimitSeen[] = []
  const publicKeys = new KeysOfWindow()
  const zeros: Range[] = []
  const packed = new PackedOfWindow(limits)
  const searched = scanner.scan(source, window, {
    onMatch: (found) => {
      const finding = findings.add(found)
      const known = finding?.certainty === 'verified' ? publicHalf(found.key.material) : undefined
      const isOwn = finding?.isWellFormed === true
      if (known !== undefined) publicKeys.add({ key: known, isBare: false, isOwn })
      return finding
    },
    onCopy: (finding, certainty, offset) => findings.addCopy(finding, certainty, offset),
    onLimit: (seen) => limits.push(seen),
    onZeros: (run) => zeros.push(run),
    onPacked: (seen) => packed.add(seen),
    onPublicKey: (key, isBare) => publicKeys.add({ key, isBare, isOwn: false }),
    hasRoomForKey: (isBare) => publicKeys.hasRoom(isBare),
  })
  limits.push(...findings.limits(window.offset))
  const { all: rawFindings, keys, possible, verifiedBytes } = findings
  return {
    rawFindings,
    limits,
    publicKeys: publicKeys.all,
    keys,
    possible,
    packed: packed.all,
    zeros,
    verifiedBytes,
    searched,
  }
}

class KeysOfWindow {
  readonly #keys = new Map<string, KeySeen>()
  #bare = 0

  hasRoom(isBare: boolean): boolean {
    return this.#keys.size < MOST_KEYS && (!isBare || this.#bare < MOST_BARE)
  }

  add(seen: KeySeen): void {
    const id = seen.key.keyId.spkiSha256 ?? ''
    const existing = this.#keys.get(id)
    if (existing !== undefined) this.#keys.set(id, better(existing, seen))
    else if (this.hasRoom(seen.isBare)) {
      if (seen.isBare) this.#bare++
      this.#keys.set(id, seen)
    }
  }

  get all(): readonly KeySeen[] {
    return [...this.#keys.values()]
  }
}

function better(existing: KeySeen, seen: KeySeen): KeySeen {
  const isNamed = existing.key.subject === undefined && seen.key.subject !== undefined
  return { ...(isNamed ? seen : existing), isOwn: existing.isOwn && seen.isOwn }
}

class PackedOfWindow {
  readonly #locations = new Map<string, PackedSeen>()
  readonly #limits: LimitSeen[]

  constructor(limits: LimitSeen[]) {
    this.#limits = limits
  }

  add(seen: PackedSeen): void {
    if (this.#locations.size < MOST_PACKED) this.#locations.set(`${seen.coding} ${seen.at}`, seen)
    else this.#limits.push({ code: 'packed-unsearched', name: TOO_MANY_PACKED, offset: seen.at })
  }

  get all(): readonly PackedSeen[] {
    return [...this.#locations.values()]
  }
}
