/** Dropped files that already have a core or a report without a core in the spool. */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isObject } from '@mintmark/core'
import type { Spool } from '../spool/spool.ts'

/** Identifies one state of one file; a write changes it. */
export type FileId = string

interface TakenFile {
  readonly id: FileId
  readonly hasCore: boolean
}

/** Only what is new in the spool is read at each probe: there may be thousands of reports. */
export class TakenBefore {
  readonly #spool: Spool
  /** The source of each entry of the spool; undefined where it was no dropped file. */
  #entries: ReadonlyMap<string, TakenFile | undefined> = new Map()

  constructor(spool: Spool) {
    this.#spool = spool
  }

  has(id: FileId): boolean {
    return this.#all().some((taken) => taken.id === id)
  }

  hasCore(id: FileId): boolean {
    return this.#all().some((taken) => taken.id === id && taken.hasCore)
  }

  /** By name, core or report alone; a core wins. */
  states(): ReadonlyMap<FileId, 'core' | 'report'> {
    const states = new Map<FileId, 'core' | 'report'>()
    for (const { id, hasCore } of this.#all())
      if (states.get(id) !== 'core') states.set(id, hasCore ? 'core' : 'report')
    return states
  }

  /** @param isCoreless only those with a report alone */
  ids({ isCoreless = false }: { readonly isCoreless?: boolean } = {}): Set<FileId> {
    const those = this.#all().filter(({ hasCore }) => !isCoreless || !hasCore)
    return new Set(those.map(({ id }) => id))
  }

  #all(): readonly TakenFile[] {
    const known = this.#entries
    const { folder } = this.#spool
    this.#entries = new Map(
      this.#spool
        .entries()
        .map((name) => [
          name,
          known.has(name) ? known.get(name) : takenIn(path.join(folder, name)),
        ]),
    )
    return [...this.#entries.values()].filter((taken) => taken !== undefined)
  }
}

export const fileId = (
  filePath: string,
  inode: number,
  bytes: number,
  modifiedMs: number,
): FileId => `${filePath} ${inode} ${bytes} ${modifiedMs}`

export const memberId = (id: FileId, member: string): FileId => `${id} ${member}`

function takenIn(entry: string): TakenFile | undefined {
  try {
    const report = readdirSync(entry).find((file) => file.endsWith('.report.json')) ?? ''
    const value: unknown = JSON.parse(readFileSync(path.join(entry, report), 'utf8'))
    if (!isObject(value) || !isObject(value['source'])) return undefined
    const { path: taken, inode, bytes, modifiedMs, member } = value['source']
    const file = fileId(String(taken), Number(inode), Number(bytes), Number(modifiedMs))
    const id = typeof member === 'string' ? memberId(file, member) : file
    return { id, hasCore: isObject(value['core']) }
  } catch {
    return undefined
  }
}
