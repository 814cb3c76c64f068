import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { bytesSource } from '../src/byte_sources.ts'
import { openDump } from '../src/open_dump.ts'
import { GOOD } from './built_dumps.ts'
import { assertMap, dumpOf } from './checked_dump.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }
const good = fc.constantFrom(...GOOD)
const magics = GOOD.map(({ built }) => built.bytes.subarray(0, 24))

/** Bytes that begin as some container does, so that its reader sees them. */
const claimed = fc
  .tuple(fc.constantFrom(...magics), fc.nat(24), fc.uint8Array({ maxLength: 600 }))
  .map(([magic, length, rest]) => Uint8Array.from([...magic.subarray(0, length), ...rest]))

/** A good dump with up to a few bytes changed in what is mostly its headers. */
const damaged = fc
  .tuple(
    good,
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([{ built }, changes, isHead]) => {
    const bytes = built.bytes.slice()
    for (const [offset, value] of changes)
      bytes[offset % (isHead ? Math.min(512, bytes.length) : bytes.length)] = value
    return bytes
  })

/** Any input: cut, damaged, or of another kind altogether. */
const anything = fc.oneof(
  claimed,
  damaged,
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(good, fc.nat())
    .map(([{ built }, cut]) => built.bytes.subarray(0, cut % built.bytes.length)),
)

describe('any bytes', () => {
  it('give a map that covers each of them once', () => {
    fc.assert(
      fc.property(anything, (bytes) => assertMap(openDump(bytesSource(bytes)), bytes.length)),
      runs,
    )
  })
})

describe('each good dump', () => {
  for (const { name, built } of GOOD) {
    it(`${name} keeps its memory in segments, whichever byte of its headers is damaged`, () => {
      const first = Math.min(...built.segments.map(({ offset }) => offset))
      const places = Array.from({ length: Math.min(first, 300) }, (_, index) => index)
      for (const offset of [...places, 0x2000, 0x2020, 0x2028, 0x2030, 0xf98]) {
        if (offset >= first) continue
        for (const mask of [0xff, 0x01]) {
          const bytes = built.bytes.slice()
          bytes[offset] = (bytes[offset] ?? 0) ^ mask
          const hidden = hiddenBytes(bytes, built.segments)
          assert.equal(hidden, 0, `byte ${offset} ^ ${mask} hides ${hidden} bytes of memory`)
        }
      }
    })

    it(`${name} is read wherever it is cut`, () => {
      const step = Math.max(1, Math.floor(built.bytes.length / 200))
      for (let cut = 0; cut < built.bytes.length; cut += cut < 300 ? 1 : step)
        dumpOf(built.bytes.subarray(0, cut))
    })
  }
})

/** Bytes of memory that a map calls structure. */
function hiddenBytes(
  bytes: Uint8Array,
  segments: readonly { readonly offset: number; readonly length: number }[],
): number {
  let hidden = 0
  for (const range of dumpOf(bytes).structure)
    for (const { offset, length } of segments)
      hidden += Math.max(
        0,
        Math.min(offset + length, range.offset + range.length) - Math.max(offset, range.offset),
      )
  return hidden
}
