/** Files of the evidence that say who trusts which key. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { EvidenceRow, FactSource } from '@mintmark/case'
import { otherShape } from './evidence_kinds.ts'

export interface TrustFile {
  readonly path: string
  readonly sha256: string
  readonly shape: string
  readonly bytes: Uint8Array
}

/** Of all files together. A probe is some hundred kilobytes, alarms of a month some megabytes. */
const MOST_BYTES = 256 << 20

export async function filesOf(
  rows: readonly EvidenceRow[],
): Promise<{ readonly files: readonly TrustFile[]; readonly unread: readonly EvidenceRow[] }> {
  const files: TrustFile[] = []
  const unread: EvidenceRow[] = []
  let left = MOST_BYTES
  for (const row of rows) {
    // oxlint-disable-next-line no-await-in-loop -- what is read bounds what is read next
    const file = await asItWas(row, left)
    if (file === undefined) unread.push(row)
    else files.push(file)
    left -= file?.bytes.length ?? 0
  }
  return { files, unread }
}

async function asItWas(
  { path, sha256, shape }: EvidenceRow,
  most: number,
): Promise<TrustFile | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || !found.isFile() || found.size > most) return undefined
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256)
    return undefined
  return otherShape(bytes, true) === shape ? { path, sha256, shape, bytes } : undefined
}

export const ofShape = (files: readonly TrustFile[], shape: string): TrustFile[] =>
  files.filter((file) => file.shape === shape)

export const sourceOf = ({ path, sha256 }: TrustFile, line: number | null = null): FactSource => ({
  path,
  sha256,
  line,
})
