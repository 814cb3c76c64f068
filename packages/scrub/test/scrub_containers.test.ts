/** A key in every container, as every value in every spelling: nothing of it is left, and nothing else is changed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource, openDump } from '@mintmark/dump'
import { openInput } from '@mintmark/scan/memory/scan_input'
import {
  type BuiltDump,
  elfCore,
  heapDump,
  limeImage,
  minidump,
  qemuStream,
  windowsBitmapDump,
  windowsFullDump,
  windowsRangeDump,
} from '@mintmark/testkit'
import { scrubInput } from '../src/scrub_input.ts'
import { isRebuilt, rsaTruth, type Spelling, spellingsOf } from './scrub_truth.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-containers-'))
after(() => rmSync(folder, { recursive: true }))

const truth = rsaTruth(1024)
const spellings = truth.values.flatMap(({ name, value, bits }) =>
  spellingsOf(value, bits).map(({ encoding, bytes }) => ({
    encoding: `${name} as ${encoding}`,
    bytes,
  })),
)
const structures: readonly Spelling[] = [
  {
    encoding: 'PEM',
    bytes: Buffer.from(truth.privateKey.export({ format: 'pem', type: 'pkcs8' })),
  },
  { encoding: 'DER', bytes: truth.privateKey.export({ format: 'der', type: 'pkcs1' }) },
  {
    encoding: 'JWK',
    bytes: Buffer.from(JSON.stringify(truth.privateKey.export({ format: 'jwk' }))),
  },
]
/** A spelling by which the key shows itself comes first: without it the other values are just numbers. */
const all = [...structures, ...spellings]

const PAGE = 4096
/** Bytes between spellings: enough to keep them apart, and of no key. */
const FILLING = Buffer.from([0x10, 0, 0, 0, 0x22, 0x11, 0x7f, 0])

/** Memory with everything in it, at any alignment, in whole pages. */
function memory(): Buffer {
  const parts = all.flatMap(({ bytes }, i) => [
    Buffer.from(FILLING.buffer, FILLING.byteOffset, 1 + (i % 8)),
    FILLING,
    bytes,
  ])
  const whole = Buffer.concat(parts)
  return Buffer.concat([whole, Buffer.alloc(PAGE - (whole.length % PAGE), 0x55)])
}

const heap = memory()
const other = Buffer.alloc(2 * PAGE, 0x66)
const listed = [
  { address: 0x7000n, bytes: other },
  { address: 0x10000n, bytes: heap },
]
const runs = [
  { firstPage: 1, bytes: other },
  { firstPage: 16, bytes: heap },
]
const core = { memory: listed, threads: [{ id: 7, stackPointer: 0x7100n }], program: 'sign' }
const threads = [{ id: 7, stack: { address: 0x9f000n, bytes: Buffer.alloc(512, 0x44) } }]

const CONTAINERS: readonly { readonly name: string; readonly built: BuiltDump }[] = [
  { name: 'a 64-bit core', built: elfCore(core) },
  { name: 'a 32-bit core', built: elfCore({ ...core, is64: false, machine: 3 }) },
  { name: 'a big-endian core', built: elfCore({ ...core, isLittleEndian: false, machine: 22 }) },
  { name: 'an extended core', built: elfCore({ ...core, isExtended: true }) },
  { name: 'a minidump', built: minidump({ memory: listed, threads }) },
  { name: 'a big-endian minidump', built: minidump({ memory: listed, isLittleEndian: false }) },
  { name: 'a minidump with all memory', built: minidump({ allMemory: listed, threads }) },
  { name: 'a full Windows dump', built: windowsFullDump(runs) },
  { name: 'a full 32-bit Windows dump', built: windowsFullDump(runs, 32) },
  { name: 'a bitmap dump', built: windowsBitmapDump(runs) },
  { name: 'a dump of page ranges', built: windowsRangeDump(runs) },
  { name: 'a LiME image', built: limeImage(runs) },
  { name: 'a stream of QEMU', built: qemuStream({ runs }) },
  {
    name: 'a Java heap',
    built: heapDump({
      segments: [[{ type: 'byte', bytes: heap }], [{ type: 'int', bytes: other }]],
    }),
  },
  { name: 'no container', built: { bytes: Buffer.concat([heap, other]), segments: [] } },
]

describe('a key as every value in every spelling is erased', () => {
  for (const { name, built } of CONTAINERS) {
    it(`in ${name}`, async () => {
      const path = join(folder, name)
      writeFileSync(path, built.bytes)
      const { isClean, erased, report } = await scrubInput({ kind: 'file', path }, name)
      assert.deepEqual(report.remainders, [])
      assert.ok(isClean)
      const out = read(path, erased)
      assertGone(out)
      assertOthersKept(built, out, erased)
    })
  }
})

function read(path: string, erased: readonly { offset: number; length: number }[]): Buffer {
  const source = openInput({ kind: 'erased', input: { kind: 'file', path }, erased })
  const out = Buffer.alloc(source.size)
  source.read(0, out)
  source.close()
  return out
}

function assertGone(out: Buffer): void {
  const left = all.filter(({ bytes }) => out.includes(bytes)).map(({ encoding }) => encoding)
  assert.deepEqual(left, [])
  // Nor any piece of 96 bits of what matters most.
  for (const { name, value, bits } of truth.values.slice(0, 8)) {
    for (const { encoding, bytes } of spellingsOf(value, bits).slice(0, 3)) {
      for (let at = 0; at + 12 <= bytes.length; at++) {
        assert.equal(
          out.indexOf(bytes.subarray(at, at + 12)),
          -1,
          `${name} as ${encoding} from ${at}`,
        )
      }
    }
  }
}

/** What describes the dump, what is between spellings, and all other memory. */
function assertOthersKept(
  { bytes }: BuiltDump,
  out: Buffer,
  erased: readonly { offset: number; length: number }[],
): void {
  assert.equal(out.length, bytes.length)
  const expected = Buffer.from(bytes)
  for (const { offset, length } of erased) expected.fill(0, offset, offset + length)
  assert.equal(Buffer.compare(expected, out), 0)
  const { structure, wideRegisters } = openDump(bytesSource(bytes))
  // Vector registers go as a whole.
  const kept = Buffer.from(bytes)
  for (const { offset, length } of wideRegisters) kept.fill(0, offset, offset + length)
  for (const { offset, length } of structure) {
    const before = kept.subarray(offset, offset + length)
    assert.equal(Buffer.compare(before, out.subarray(offset, offset + length)), 0)
  }
  const has = (part: Buffer) => Buffer.from(bytes).indexOf(part)
  // Pages may are apart in the file.
  const page = other.subarray(0, PAGE)
  const otherAt = has(page)
  assert.equal(Buffer.compare(out.subarray(otherAt, otherAt + PAGE), page), 0)
  const planted = all.reduce((sum, spelling) => sum + spelling.bytes.length, 0)
  const registers = wideRegisters.reduce((sum, { length }) => sum + length, 0)
  const lost = erased.reduce((sum, { length }) => sum + length, 0) - registers
  assert.ok(lost <= planted + 4 * all.length, `${lost} bytes erased of ${planted} planted`)
}

it('no window is left from which the key could be rebuilt', async () => {
  const parts = truth.values.flatMap(({ value, bits }) =>
    spellingsOf(value, bits)
      .slice(0, 2)
      .flatMap(({ bytes }, i) => [Buffer.alloc(24 + (i % 8), 0x31), bytes]),
  )
  const bytes = Buffer.concat([Buffer.from(structures[0]?.bytes ?? []), ...parts])
  assert.ok(isRebuilt(bytes, truth))
  const path = join(folder, 'numbers')
  writeFileSync(path, bytes)
  const { isClean, erased } = await scrubInput({ kind: 'file', path }, path)
  assert.ok(isClean)
  assert.equal(isRebuilt(read(path, erased), truth), false)
})
