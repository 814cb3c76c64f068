/**
 * Files of the evidence that say who trusts which key.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { EvidenceRow, FactSource } from '@mintmark/case'

/** A file that is there as the case has it. */
export interface TrustFile {
  readonly path: string
  readonly sha256: string
  readonly shape: string
  readonly bytes: Uint8Array
}

/** A probe is some hundred kilobytes, alarms of a month some megabytes. */
const MOST_BYTES = 64 << 20

/** Undefined for a file that is not there any more, or another one. */
export async function asItWas({
  path,
  sha256,
  shape,
}: EvidenceRow): Promise<TrustFile | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined || bytes.length > MOST_BYTES) return undefined
  const isSame = createHash('sha256').update(bytes).digest('hex') === sha256
  return isSame ? { path, sha256, shape, bytes } : undefined
}

export const ofShape = (files: readonly TrustFile[], shape: string): TrustFile[] =>
  files.filter((file) => file.shape === shape)

export const sourceOf = ({ path, sha256 }: TrustFile, line: number | null = null): FactSource => ({
  path,
  sha256,
  line,
})
