/** Keys across the border of two runs where an address is listed more than once, or a byte at more than one address. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import { SegmentBoundaries } from '@mintmark/scan/memory/segment_boundaries'
import { scanFile } from '@mintmark/scan/scan_file'
import { expandKey } from '@mintmark/scan/schedules/aes_words'
import { elfCore, minidump } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { scrubInput } from '../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'seams-shared-'))
after(() => rmSync(folder, { recursive: true }))

const PAGE = 4096
const ADDRESS = 0x7f00_0000_0000n
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ENCODINGS = [
  { encoding: 'sec1-der', bytes: privateKey.export({ format: 'der', type: 'sec1' }) },
  { encoding: 'aes-schedule-enc', bytes: Buffer.from(expandKey(randomBytes(32)).buffer) },
] as const

/** `bytes` with its first 48 in the last of the first page. */
function memoryWith(bytes: Buffer): Buffer {
  const memory = Buffer.alloc(2 * PAGE, 0x66)
  bytes.copy(memory, PAGE - 48)
  return memory
}

const range = (page: number, bytes: Buffer) => ({
  address: ADDRESS + BigInt(Math.round(page * PAGE)),
  bytes,
})
const other = range(-9, Buffer.alloc(PAGE, 0x55))
const stale = Buffer.alloc(PAGE, 0x77)

/** What is listed besides the two pages, between them in the file. */
const TWICE = [
  { name: 'the first page', more: () => range(0, stale) },
  { name: 'the second page', more: () => range(1, stale) },
  { name: 'a page that begins in the first', more: () => range(0.5, stale) },
  { name: 'a piece of the first page', more: () => range(0.5, stale.subarray(0, 256)) },
] as const

async function assertFoundAndErased(dump: Buffer, encoding: string, bytes: Buffer, name: string) {
  const path = join(folder, `${encoding} ${name}`.replaceAll(/\W/g, '_'))
  writeFileSync(path, dump)
  const start = dump.indexOf(bytes.subarray(0, 48))
  const { findings } = await scanFile(path)
  const offsets = findings
    .filter((finding) => finding.encoding === encoding)
    .map(({ offset }) => offset)
  assert.ok(offsets.includes(start))
  const { erased, isClean } = await scrubInput({ kind: 'file', path }, path)
  assert.ok(isClean)
  for (const { offset, length } of erased) dump.fill(0, offset, offset + length)
  for (const part of [bytes.subarray(8, 40), bytes.subarray(64)])
    assert.equal(dump.indexOf(part), -1)
}

describe('a key across a border is found and erased', () => {
  for (const { encoding, bytes } of ENCODINGS) {
    const memory = memoryWith(bytes)
    const pages = [range(0, memory.subarray(0, PAGE)), range(1, memory.subarray(PAGE))] as const
    for (const { name, more } of TWICE) {
      const ranges = [pages[0], more(), other, pages[1]]
      it(`where a core holds ${name} twice: ${encoding}`, async () => {
        const dump = Buffer.from(elfCore({ memory: ranges }).bytes)
        await assertFoundAndErased(dump, encoding, bytes, `core, ${name}`)
      })
      it(`where a minidump holds ${name} twice: ${encoding}`, async () => {
        const dump = Buffer.from(minidump({ memory: ranges }).bytes)
        await assertFoundAndErased(dump, encoding, bytes, `minidump, ${name}`)
      })
    }

    it(`where the last of one page are the first of the other: ${encoding}`, async () => {
      const ranges = [range(0.996_093_75, memory.subarray(PAGE - 16)), other, pages[0]]
      const dump = Buffer.from(elfCore({ memory: ranges }).bytes)
      await assertFoundAndErased(dump, encoding, bytes, 'overlap')
    })

    it(`where bytes amid it are listed at another address: ${encoding}`, async () => {
      const whole = elfCore({ memory: [range(0, memory), other] })
      const dump = Buffer.from(whole.bytes)
      const row = dump.indexOf(bigUint64(other.address)) - 16
      const begin = dump.indexOf(bytes)
      dump.writeBigUInt64LE(BigInt(begin + 48), row + 8)
      dump.writeBigUInt64LE(32n, row + 32)
      await assertFoundAndErased(dump, encoding, bytes, 'aliased')
    })
  }
})

function bigUint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

it('shows memory around each end and begin, where runs share addresses', () => {
  const shape = fc.record({
    from: fc.integer({ min: 0, max: 150_000 }),
    length: fc.integer({ min: 1, max: 90_000 }),
  })
  fc.assert(
    fc.property(fc.array(shape, { minLength: 2, maxLength: 4 }), (shapes) => {
      const memory = memoryOf(240_000)
      const parts = shapes.map(({ from, length }) => memory.subarray(from, from + length))
      let at = 0
      const runs = shapes.map(({ from, length }) => {
        const offset = at
        at += length + 3
        return { offset, length, address: BigInt(from), isAligned: false }
      })
      const file = Buffer.concat(parts.flatMap((part) => [part, Buffer.alloc(3, 0xee)]))
      const boundaries = SegmentBoundaries.of(runs, bytesSource(file))
      const shown = (boundaries?.runs ?? []).map(({ offset, length, address = -1n }) => {
        const bytes = Buffer.alloc(length)
        assert.equal(boundaries?.source.read(offset, bytes), length)
        const from = Number(address)
        assert.deepEqual(bytes, memory.subarray(from, from + length))
        return { from, to: from + length }
      })
      const borders = shapes.flatMap((one) => {
        const end = one.from + one.length
        return shapes
          .filter(({ from, length }) => from <= end && end < from + length)
          .map((next) => ({ end, to: end + Math.min(16_384, next.from + next.length - end) }))
      })
      for (const { end, to } of borders)
        assert.ok(shown.some((each) => each.from < end && each.to >= to))
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
  )
})

function memoryOf(length: number): Buffer {
  const memory = Buffer.alloc(length)
  for (let at = 0; at < length; at += 32)
    createHash('sha256').update(String(at)).digest().copy(memory, at)
  return memory
}
