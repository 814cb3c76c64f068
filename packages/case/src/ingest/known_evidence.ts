/** What is in the case already, by content. */

import { resolve } from 'node:path'
import type { Json } from '@mintmark/core'
import { cell, type Numbers, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { UNREADABLE } from '../store/evidence_rows.ts'

export interface KnownFile extends Numbers<'evidenceId sizeBytes sameAs'> {
  readonly path: string
  readonly sha256: string
}

interface SameFiles {
  readonly first: KnownFile
  /** The first of each full path: there may be very many, as empty exports of every hour. */
  readonly byPath: Map<string, KnownFile>
}

export class KnownEvidence {
  readonly #byHash = new Map<string, SameFiles>()
  readonly #byContent = new Map<string, number>()
  readonly #shapes = new Map<number, string>()
  readonly #sizes = new Set<number>()
  readonly #unreadable = new Map<string, number>()

  static async load(session: Session): Promise<KnownEvidence> {
    const known = new KnownEvidence()
    const sql = `SELECT evidence_id, path, sha256, content_sha256, size_bytes, shape, same_as
      FROM evidence ORDER BY evidence_id`
    for await (const rows of session.stream(sql)) for (const row of rows) known.#load(row)
    return known
  }

  add(file: KnownFile): void {
    this.#sizes.add(file.sizeBytes)
    const path = resolve(file.path)
    const same = this.#byHash.get(file.sha256)
    if (same === undefined)
      this.#byHash.set(file.sha256, { first: file, byPath: new Map([[path, file]]) })
    else if (!same.byPath.has(path)) same.byPath.set(path, file)
  }

  addContent(contentSha256: string, evidenceId: number): void {
    const first = this.#byContent.get(contentSha256) ?? evidenceId
    this.#byContent.set(contentSha256, Math.min(first, evidenceId))
  }

  addShape(evidenceId: number, shape: string): void {
    this.#shapes.set(evidenceId, shape)
  }

  hasSize(sizeBytes: number): boolean {
    return this.#sizes.has(sizeBytes)
  }

  sameFile(sha256: string, path: string): KnownFile | undefined {
    return this.#byHash.get(sha256)?.byPath.get(resolve(path))
  }

  sameBytes(sha256: string): number {
    const first = this.#byHash.get(sha256)?.first
    if (first === undefined) return 0
    return first.sameAs === 0 ? first.evidenceId : first.sameAs
  }

  sameContent(contentSha256: string): number {
    return this.#byContent.get(contentSha256) ?? 0
  }

  shapeOf(evidenceId: number): string {
    return this.#shapes.get(evidenceId) ?? ''
  }

  unreadable(path: string): number {
    return this.#unreadable.get(resolve(path)) ?? 0
  }

  #load(row: Json): void {
    const file = readFile(row)
    const shape = String(row['shape'])
    if (shape === UNREADABLE) {
      this.#unreadable.set(resolve(file.path), file.evidenceId)
      return
    }
    this.add(file)
    this.addShape(file.evidenceId, shape)
    if (file.sameAs === 0) this.addContent(String(row['content_sha256']), file.evidenceId)
  }
}

const readFile = rowReader(
  cell.number('evidenceId'),
  cell.text('path sha256'),
  cell.number('sizeBytes sameAs'),
)
