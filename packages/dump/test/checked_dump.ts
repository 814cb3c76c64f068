/** What every dump must hold, whatever was read: asserted of each result in these tests. */
import assert from 'node:assert/strict'
import { bytesSource } from '../src/byte_sources.ts'
import type { Dump } from '../src/memory/segment.ts'
import { openDump } from '../src/open_dump.ts'

/** Segments and structure are sorted, in range, and together are every byte once. */
export function assertMap(dump: Dump, size: number): void {
  for (const runs of [dump.segments, dump.structure]) {
    let end = 0
    for (const { offset, length } of runs) {
      assert.ok(Number.isSafeInteger(offset) && Number.isSafeInteger(length))
      assert.ok(length > 0 && offset >= end, `[${offset}, ${offset + length}) after ${end}`)
      end = offset + length
    }
  }
  const all = [...dump.segments, ...dump.structure].toSorted(
    (one, other) => one.offset - other.offset,
  )
  let end = 0
  for (const { offset, length } of all) {
    assert.equal(offset, end, 'bytes are left out or are there twice')
    end = offset + length
  }
  assert.equal(end, size)
  for (const { address } of dump.segments)
    assert.ok(address === undefined || (address >= 0n && address < 1n << 64n))
  for (const { offset, length } of dump.vectorRegisters) assert.ok(offset + length <= size)
  for (const flaw of dump.flaws) JSON.stringify(flaw.facts)
}

/** The map of bytes, checked. */
export function dumpOf(bytes: Uint8Array): Dump {
  const dump = openDump(bytesSource(bytes))
  assertMap(dump, bytes.length)
  return dump
}
