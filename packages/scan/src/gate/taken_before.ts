/**
 * Which dropped files have a core, or the report that there can be none, in the spool already.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isObject } from '@mintmark/core'
import type { Spool } from './spool.ts'

/** One state of one file: when it is written to, it is another. */
export type FileId = string

/** Only what is new in the spool is read at each look: there may be thousands of reports. */
export class TakenBefore {
  readonly #spool: Spool
  /** What each entry of the spool was made of; undefined where it was no dropped file. */
  #ids: ReadonlyMap<string, FileId | undefined> = new Map()

  constructor(spool: Spool) {
    this.#spool = spool
  }

  has(id: FileId): boolean {
    return this.ids().has(id)
  }

  ids(): Set<FileId> {
    const known = this.#ids
    const { folder } = this.#spool
    this.#ids = new Map(
      this.#spool
        .entries()
        .map((name) => [name, known.has(name) ? known.get(name) : idIn(path.join(folder, name))]),
    )
    return new Set([...this.#ids.values()].filter((id) => id !== undefined))
  }
}

export const fileId = (place: string, inode: number, bytes: number, modifiedMs: number): FileId =>
  `${place} ${inode} ${bytes} ${modifiedMs}`

function idIn(entry: string): FileId | undefined {
  try {
    const report = readdirSync(entry).find((file) => file.endsWith('.report.json')) ?? ''
    const value: unknown = JSON.parse(readFileSync(path.join(entry, report), 'utf8'))
    if (!isObject(value) || !isObject(value['source'])) return undefined
    const { path: place, inode, bytes, modifiedMs } = value['source']
    return fileId(String(place), Number(inode), Number(bytes), Number(modifiedMs))
  } catch {
    return undefined
  }
}
