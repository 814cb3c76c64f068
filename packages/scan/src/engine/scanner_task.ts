import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import type { Anchor } from '../anchors/anchor.ts'
import type { KernelMemory } from '../anchors/kernel_memory.ts'
import { type Run, WINDOW_BYTES } from '../anchors/scan_plan.ts'
import { BINARY_ANCHORS } from '../detectors/binary/binary_anchors.ts'
import { PROCESS_ANCHORS } from '../detectors/process/library_layouts.ts'
import { TEXT_ANCHORS } from '../detectors/text/text_anchors.ts'
import { GZIP_ANCHORS } from '../encoded/gzip_anchor.ts'
import { PACKED_HEADS } from '../encoded/packed_heads.ts'
import { type KnownKeyOptions, KnownKeySearch } from '../known/secrets/known_key_search.ts'
import { ProcessMemory } from '../memory/process_memory.ts'
import { KEY_ANCHORS } from '../public_keys/harvest.ts'
import { WindowScanner } from './window_scanner.ts'

interface TaskOptions {
  readonly isDeep: boolean
  readonly runs?: readonly Run[]
}

export interface EncodingsTask extends TaskOptions {
  readonly kind: 'encodings'
}

export interface KnownTask extends TaskOptions, Omit<KnownKeyOptions, 'deep' | 'found'> {
  readonly kind: 'known'
  readonly keys: readonly PublicKey[]
  readonly discovered: readonly PublicKey[]
  readonly materials?: readonly KeyMaterial[]
}

export interface ValuesTask extends TaskOptions {
  readonly kind: 'values'
  readonly materials: readonly KeyMaterial[]
}

export type ScannerTask = EncodingsTask | KnownTask | ValuesTask

export const ANCHORS: readonly Anchor[] = [
  ...BINARY_ANCHORS,
  ...PROCESS_ANCHORS,
  ...TEXT_ANCHORS,
  ...GZIP_ANCHORS,
  ...PACKED_HEADS,
]

const ALL: readonly Anchor[] = [...ANCHORS, ...KEY_ANCHORS]

export function scannerFor(task: ScannerTask, memory?: KernelMemory): WindowScanner {
  return following(task, newScanner(task, memory))
}

function following({ runs }: ScannerTask, scanner: WindowScanner): WindowScanner {
  scanner.follow(runs === undefined ? undefined : new ProcessMemory(runs))
  return scanner
}

function newScanner(task: ScannerTask, memory?: KernelMemory): WindowScanner {
  const { isDeep } = task
  if (task.kind === 'encodings')
    return new WindowScanner({ anchors: ALL, hasKeyTables: true, isDeep, memory })
  const keys = task.kind === 'known' ? task.keys : []
  const search = new KnownKeySearch(keys, { ...task, deep: isDeep, found: task.materials ?? [] })
  const how = { anchors: [], hasKeyTables: false, blockBytes: WINDOW_BYTES }
  return new WindowScanner({ ...how, isDeep, searches: [search], memory })
}

/** Idle scanners of one scan, the last of each kind: packed parts and boundaries reuse them. */
export class ScannerPool {
  readonly #idle = new Map<ScannerTask['kind'], { task: ScannerTask; scanner: WindowScanner }>()

  take(task: ScannerTask): WindowScanner {
    const idle = this.#idle.get(task.kind)
    if (idle === undefined || !areAlike(task, idle.task)) return scannerFor(task)
    this.#idle.delete(task.kind)
    return following(task, idle.scanner)
  }

  /** Wipes a scanner and keeps it for the next file, or the rest of this pass. */
  giveBack(task: ScannerTask, scanner: WindowScanner): void {
    scanner.wipe()
    scanner.follow(undefined)
    this.#idle.set(task.kind, { task, scanner })
  }
}

const OF_KNOWN = [
  'hasDeepSecrets',
  'completed',
  'settled',
  'isPatient',
  'keys',
  'discovered',
] as const

function areAlike(task: ScannerTask, other: ScannerTask): boolean {
  if (task.kind !== other.kind || task.isDeep !== other.isDeep) return false
  if (task.kind === 'encodings' || other.kind === 'encodings') return true
  if (task.materials !== other.materials) return false
  if (task.kind === 'values' || other.kind === 'values') return true
  const isAsMany = (task.searchers ?? 1) === (other.searchers ?? 1)
  return isAsMany && OF_KNOWN.every((name) => task[name] === other[name])
}
