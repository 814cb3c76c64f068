/** What is between the arrays of a Java heap stays, whatever the bytes behind a key look like. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource, openDump } from '@mintmark/dump'
import { expandKey } from '@mintmark/scan/schedules/aes_words'
import { heapDump } from '@mintmark/testkit'
import { scrubInput } from '../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-heap-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
/** Big-endian letters, as `char[]` holds them, that end with the last hyphen. */
const letters = Buffer.from(
  privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().trim(),
  'utf16le',
).swap16()

/** What the record behind an array begins with, where it is a root. */
const ROOT = 0x05

/** A schedule behind whose last round key is what its inverse has there: the begin of the next record. */
function schedule(): Buffer {
  for (;;) {
    const bytes = Buffer.from(expandKey(randomBytes(32)).buffer)
    if (inverseMixed(bytes.subarray(-32, -16)) === ROOT) return bytes
  }
}

/** The first byte that InvMixColumns makes of a column, FIPS 197, 5.3.3. */
function inverseMixed([a = 0, b = 0, c = 0, d = 0]: Buffer): number {
  return times(a, 14) ^ times(b, 11) ^ times(c, 13) ^ times(d, 9)
}

function times(value: number, factor: number): number {
  let product = 0
  for (let bit = 8; bit > 0; bit >>= 1) {
    product = (product << 1) ^ (product & 0x80 ? 0x11b : 0)
    if (factor & bit) product ^= value
  }
  return product & 0xff
}

describe('a scrubbed heap is read to its end as before', () => {
  const cases = [
    { name: 'PEM in char[]', array: { type: 'char', bytes: letters } },
    { name: 'a schedule in int[]', array: { type: 'int', bytes: schedule() } },
  ] as const
  for (const { name, array } of cases) {
    it(name, async () => {
      const other = { type: 'long', bytes: Buffer.alloc(64, 7) } as const
      const built = heapDump({ segments: [[array, other], [other]] })
      const dump = Buffer.from(built.bytes)
      const path = join(folder, name.replaceAll(/\W/g, '_'))
      writeFileSync(path, dump)
      const before = openDump(bytesSource(dump))

      const { erased, isClean } = await scrubInput({ kind: 'file', path }, path)
      assert.ok(isClean)
      const [place] = built.segments
      assert.ok(place !== undefined && erased.length > 0)
      const end = place.offset + place.length
      assert.equal(dump[end], ROOT)
      for (const { offset, length } of erased)
        assert.ok(offset >= place.offset && offset + length <= end)
      for (const { offset, length } of erased) dump.fill(0, offset, offset + length)
      assert.deepEqual(openDump(bytesSource(dump)), before)
      assert.ok(erased.reduce((sum, { length }) => sum + length, 0) > array.bytes.length * 0.6)
    })
  }
})
