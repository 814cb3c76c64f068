/** The input of a scan as plain data: each thread opens it for itself. */
import { countBefore } from '@mintmark/core'
import { dataRanges, type FilePath, type FileSource, fileSource, type Range } from '@mintmark/dump'
import type { BufferedInput } from '../buffer/buffer_layout.ts'
import { bufferedData, bufferedSource } from '../buffer/buffered_source.ts'
import { JoinedParts } from './joined_parts.ts'

export interface FileInput {
  readonly kind: 'file'
  readonly path: FilePath
}

/** Another input with some bytes erased. Nothing is written: reading gives zeros there. */
export interface ErasedInput {
  readonly kind: 'erased'
  readonly input: ScanInput
  readonly erased: readonly Range[]
}

/** Parts of another input, one after another: a dump in the order of memory. */
export interface ArrangedInput {
  readonly kind: 'arranged'
  readonly input: ScanInput
  readonly parts: readonly Range[]
}

export type ScanInput = FileInput | BufferedInput | ErasedInput | ArrangedInput

/** @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be opened; close the source when done */
export function openInput(input: ScanInput): FileSource {
  if (input.kind === 'file') return fileSource(input.path)
  if (input.kind === 'buffered') return bufferedSource(input)
  if (input.kind === 'arranged') return arrangedSource(openInput(input.input), input.parts)
  return erasedSource(openInput(input.input), input.erased)
}

export function dataOf(input: ScanInput, size: number): readonly Range[] {
  if (input.kind === 'buffered') return bufferedData(input)
  if (input.kind === 'arranged') return [{ offset: 0, length: size }]
  return input.kind === 'file' ? dataRanges(input.path, size) : dataOf(input.input, size)
}

function arrangedSource(source: FileSource, parts: readonly Range[]): FileSource {
  const joined = new JoinedParts(parts)
  return {
    size: joined.size,
    read: (offset, target) => joined.read(source, offset, target),
    close: () => source.close(),
  }
}

function erasedSource(source: FileSource, erased: readonly Range[]): FileSource {
  return {
    size: source.size,
    read(offset, target) {
      const present = source.read(offset, target)
      eraseIn(target.subarray(0, present), offset, erased)
      return present
    },
    close: () => source.close(),
  }
}

const endOf = (range: Range | undefined): number => (range ? range.offset + range.length : 0)

/** Erases parts in the ranges (sorted, disjoint) from `bytes`, which are at `offset`. */
export function eraseIn(bytes: Uint8Array, offset: number, erased: readonly Range[]): void {
  const first = countBefore(erased.length, (index) => endOf(erased[index]) <= offset)
  for (let i = first; i < erased.length; i++) {
    const range = erased[i]
    if (range === undefined || range.offset >= offset + bytes.length) break
    const from = Math.max(0, range.offset - offset)
    bytes.fill(0, from, Math.min(bytes.length, endOf(range) - offset))
  }
}
