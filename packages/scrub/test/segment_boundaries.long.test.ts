/** Keys across the border of two runs that are neighbours in the process, and not in the file. */
import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource, openDump } from '@mintmark/dump'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { runsOf } from '@mintmark/scan/anchors/scan_plan'
import type { RawFinding } from '@mintmark/scan/findings/finding'
import { SegmentBoundaries } from '@mintmark/scan/memory/segment_boundaries'
import { scanFile } from '@mintmark/scan/scan_file'
import { expandKey } from '@mintmark/scan/schedules/aes_words'
import {
  type BuiltDump,
  elfCore,
  limeImage,
  minidump,
  qemuStream,
  readAgain,
} from '@mintmark/testkit'
import * as fc from 'fast-check'
import { scrubInput } from '../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'seams-'))
after(() => rmSync(folder, { recursive: true }))

const PAGE = 4096
const ADDRESS = 0x7f00_0000_0000n
const BORDER = 2 * PAGE
const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const publicKeys = parsePublicKeys(
  Buffer.from(createPublicKey(privateKey).export({ format: 'pem', type: 'spki' })),
  'key',
).keys
const { p = '' } = privateKey.export({ format: 'jwk' })

const ENCODINGS = [
  { encoding: 'pkcs8-der', bytes: privateKey.export({ format: 'der', type: 'pkcs8' }) },
  { encoding: 'pem', bytes: Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })) },
  {
    encoding: 'limbs-le64',
    bytes: Buffer.from(Uint8Array.from(Buffer.from(p, 'base64url')).toReversed()),
  },
  { encoding: 'aes-schedule-enc', bytes: Buffer.from(expandKey(randomBytes(32)).buffer) },
] as const

/** Four pages with `bytes` across the border of the second and third. */
function memoryWith(bytes: Buffer): Buffer {
  const memory = Buffer.alloc(4 * PAGE, 0x66)
  bytes.copy(memory, startOf(bytes))
  return memory
}

/** A third of it is before the border, and its limbs at multiples of 8. */
const startOf = (bytes: Buffer) => BORDER - (Math.floor(bytes.length / 3) & ~7)

const other = { address: ADDRESS - 0x10_0000n, bytes: Buffer.alloc(PAGE, 0x55) }

const CONTAINERS: readonly {
  readonly name: string
  readonly built: (memory: Buffer) => BuiltDump
}[] = [
  {
    name: 'a stream of QEMU',
    built: (memory) => qemuStream({ runs: [{ firstPage: 16, bytes: memory }] }),
  },
  {
    name: 'a core whose memory is in no order',
    built: (memory) => elfCore({ memory: [halves(memory)[1], other, halves(memory)[0]] }),
  },
  {
    name: 'a list of memory in a minidump',
    built: (memory) => minidump({ memory: [halves(memory)[0], other, halves(memory)[1]] }),
  },
  {
    name: 'a LiME image with a header between',
    built: (memory) =>
      limeImage([
        { firstPage: 16, bytes: memory.subarray(0, BORDER) },
        { firstPage: 18, bytes: memory.subarray(BORDER) },
      ]),
  },
]

function halves(memory: Buffer) {
  return [
    { address: ADDRESS, bytes: memory.subarray(0, BORDER) },
    { address: ADDRESS + BigInt(BORDER), bytes: memory.subarray(BORDER) },
  ] as const
}

describe('a key across a border', () => {
  for (const { name, built } of CONTAINERS) {
    for (const { encoding, bytes } of ENCODINGS) {
      it(`is found and erased: ${encoding} in ${name}`, async () => {
        const memory = memoryWith(bytes)
        const dump = Buffer.from(built(memory).bytes)
        const path = join(folder, `${encoding}.${name}`.replaceAll(/\W/g, '_'))
        writeFileSync(path, dump)
        const start = dump.indexOf(bytes.subarray(0, BORDER - startOf(bytes)))
        const rest = dump.indexOf(bytes.subarray(BORDER - startOf(bytes)))
        assert.ok(start > 0 && rest > 0)

        const { findings } = await scanFile(path, { publicKeys })
        const found = findings.filter((finding) => finding.encoding === encoding)
        const locations = found.map(({ offset, length, copies, beginsAt }) => ({
          offset,
          length,
          copies,
          ...(beginsAt !== undefined && { beginsAt }),
        }))
        const inFirst = BORDER - startOf(bytes)
        assert.deepEqual(
          locations.toSorted((a, b) => b.length - a.length),
          [
            { offset: rest, length: lengthOf(found) - inFirst, copies: 1, beginsAt: start },
            { offset: start, length: inFirst, copies: 1 },
          ],
        )

        const { erased, isClean } = await scrubInput({ kind: 'file', path }, path, { publicKeys })
        assert.ok(isClean)
        for (const { offset, length } of erased) dump.fill(0, offset, offset + length)
        for (const at of [start, rest])
          assert.deepEqual(dump.subarray(at, at + 40), Buffer.alloc(40))
      })
    }
  }
})

/** The second half of what is one range in the file has an address that leads nowhere. */
function damaged(memory: Buffer, isDamaged: boolean): Buffer {
  const [first, second] = halves(memory)
  const ranges = [first, { ...second, address: second.address + 0x10_0000n }]
  const modules = { type: 4, bytes: Buffer.from('ffffff7f', 'hex') }
  return Buffer.from(minidump({ memory: ranges, streams: isDamaged ? [modules] : [] }).bytes)
}

describe('a key across a border that a damaged header puts there', () => {
  for (const { encoding, bytes } of ENCODINGS) {
    it(`is found as the file has it, and erased: ${encoding}`, async () => {
      const dump = damaged(memoryWith(bytes), true)
      const path = join(folder, `damaged_${encoding}`)
      writeFileSync(path, dump)
      const start = dump.indexOf(bytes)
      const { findings, flaws } = await scanFile(path, { publicKeys })
      assert.ok(flaws.length > 0)
      const found = findings.filter((finding) => finding.encoding === encoding)
      assert.deepEqual(
        found.map(({ offset, copies, beginsAt }) => ({ offset, copies, beginsAt })),
        [{ offset: start, copies: 1, beginsAt: undefined }],
      )
      const { erased, isClean } = await scrubInput({ kind: 'file', path }, path, { publicKeys })
      assert.ok(isClean)
      for (const { offset, length } of erased) dump.fill(0, offset, offset + length)
      assert.deepEqual(
        dump.subarray(start, start + bytes.length - 8),
        Buffer.alloc(bytes.length - 8),
      )
    })
  }

  it('is memory of two offsets where no header is damaged', async () => {
    const [{ encoding, bytes }] = ENCODINGS
    const path = join(folder, 'sound')
    writeFileSync(path, damaged(memoryWith(bytes), false))
    const { findings, flaws } = await scanFile(path)
    assert.deepEqual(flaws, [])
    assert.deepEqual(
      findings.filter((finding) => finding.encoding === encoding),
      [],
    )
  })
})

function lengthOf(found: readonly { readonly length: number }[]): number {
  return found.reduce((sum, { length }) => sum + length, 0)
}

it('memory that goes on in the file has no borders', () => {
  const built = elfCore({ memory: halves(memoryWith(Buffer.alloc(8))) })
  const source = bytesSource(built.bytes)
  assert.equal(SegmentBoundaries.of(runsOf(openDump(source)), source), undefined)
})

it('shows the file around each border that is asked for', () => {
  const run = fc.record({
    length: fc.integer({ min: 1, max: 90_000 }),
    hasAddress: fc.boolean(),
    gap: fc.constantFrom(0, 0, 0, 5),
  })
  const shapes = fc.array(run, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(shapes, fc.constantFrom('none', 'unclaimed', 'all'), (shape, inFile) => {
      let end = 0
      const runs = shape.map(({ length, hasAddress, gap }, i) => {
        const offset = end + gap
        end = offset + length
        // No two are neighbours in memory.
        const address = hasAddress ? BigInt(offset + i * 0x10_0000) : undefined
        return { offset, length, address, isAligned: false }
      })
      const boundaries = SegmentBoundaries.of(runs, bytesSource(Buffer.alloc(end)), inFile)
      const locations = (boundaries?.runs ?? []).map(({ offset, length }) => {
        const found = boundaries?.rawFindings(rawFindingAt(offset, length)) ?? []
        assert.equal(found.length, 1, 'a part of the file is one raw finding')
        return { from: found[0]?.offset ?? 0, length }
      })
      const borders = runs.slice(1).filter((next, i) => {
        const one = runs[i]
        const isDiscovered = one !== undefined && one.offset + one.length === next.offset
        const isUnclaimed = one?.address === undefined || next.address === undefined
        return isDiscovered && (inFile === 'all' || (inFile === 'unclaimed' && isUnclaimed))
      })
      for (const { offset, length } of borders) {
        const [from, to] = [Math.max(0, offset - 1), offset + Math.min(length, 1)]
        const around = locations.filter(
          (each) => each.from <= from && each.from + each.length >= to,
        )
        assert.equal(around.length, 1)
      }
      if (borders.length === 0) assert.equal(boundaries, undefined)
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
  )
})

function rawFindingAt(offset: number, length: number): RawFinding {
  const named = { kind: 'rsa', encoding: 'pem', certainty: 'verified', verification: '' } as const
  return { ...named, offset, length, bits: 0, note: undefined, keyId: undefined, tag: '' }
}

it('shows memory around each border as the process sees it, however it is in the file', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (sizes, ranks) => {
      const total = sizes.reduce((sum, length) => sum + length, 0)
      const memory = Buffer.alloc(total)
      for (let at = 0; at < total; at += 32)
        createHash('sha256').update(String(at)).digest().copy(memory, at)
      const parts = sizes.map((length, i) => {
        const from = sizes.slice(0, i).reduce((sum, each) => sum + each, 0)
        return { from, length, rank: ranks[i] ?? 0 }
      })
      const inFile = parts.toSorted((a, b) => a.rank - b.rank)
      const file = Buffer.concat(
        inFile.flatMap(({ from, length }) => [
          Buffer.alloc(3, 0xee),
          memory.subarray(from, from + length),
        ]),
      )
      const runs = inFile.map(({ from, length }, i) => {
        const before = inFile.slice(0, i).reduce((sum, each) => sum + each.length + 3, 3)
        return { offset: before, length, address: BigInt(from), isAligned: from % 8 === 0 }
      })
      const boundaries = SegmentBoundaries.of(runs, bytesSource(file))
      assert.ok(boundaries)
      const seen = new Uint8Array(total)
      for (const { offset, length, address = -1n } of boundaries.runs) {
        const bytes = Buffer.alloc(length)
        assert.equal(boundaries.source.read(offset, bytes), length)
        const from = Number(address)
        assert.deepEqual(bytes, memory.subarray(from, from + length))
        seen.fill(1, from, from + length)
      }
      for (const { from } of parts.slice(1)) {
        const near = seen.subarray(Math.max(0, from - 16_384), from + 16_384)
        assert.ok(near.every((each) => each === 1))
      }
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
  )
})
