import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  elfCore,
  heapDump,
  limeImage,
  minidump,
  qemuStream,
  windowsBitmapDump,
  windowsFullDump,
  windowsRangeDump,
} from '@mintmark/testkit'
import { arrange } from '../src/arrange.ts'
import { bytesSource } from '../src/byte_sources.ts'
import type { Dump } from '../src/index.ts'
import { DumpFile } from '../src/memory/dump_file.ts'
import { Layout } from '../src/memory/layout.ts'
import { GOOD, memory } from './built_dumps.ts'
import { dumpOf } from './checked_dump.ts'

const flawsOf = (bytes: Uint8Array): readonly string[] =>
  dumpOf(bytes).flaws.map(({ code }) => code)

const owners = (bytes: Uint8Array): readonly (string | undefined)[] =>
  dumpOf(bytes)
    .segments.filter(({ address }) => address !== undefined)
    .map(({ owner }) => owner && `${owner.kind} ${owner.name}`)

const named = (kind: string): Uint8Array =>
  GOOD.find(({ name }) => name === kind)?.built.bytes ?? new Uint8Array(0)

/** How long the header of a heap dump is: name, size of ids, time. */
const headBytesOf = (bytes: Uint8Array): number => bytes.indexOf(0) + 13

/** A copy with one byte replaced. */
function patched(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice()
  copy[offset] = value
  return copy
}

describe('openDump recognises the container by content, and where its memory is, of', () => {
  for (const { name, container, built } of GOOD) {
    it(name, () => {
      const dump = dumpOf(built.bytes)
      assert.equal(dump.container, container)
      assert.deepEqual(dump.flaws, [])
      assert.equal(dump.isShared, false)
      const found = dump.segments.map(({ offset, length, address }) => ({
        offset,
        length,
        address,
      }))
      for (const segment of built.segments)
        assert.ok(
          found.some(
            ({ offset, length, address }) =>
              offset === segment.offset && length === segment.length && address === segment.address,
          ),
          `no segment at ${segment.offset}`,
        )
    })
  }

  it('a file of no kind that is known: one segment', () => {
    const dump = dumpOf(memory(1000))
    assert.equal(dump.container, 'raw')
    assert.deepEqual(dump.segments, [
      { offset: 0, length: 1000, address: undefined, owner: undefined },
    ])
  })

  it('an empty file: nothing', () => {
    assert.deepEqual(dumpOf(new Uint8Array(0)).segments, [])
  })

  it("QEMU's core of a machine, which names another size of its header: no flaw", () => {
    const { bytes } = elfCore({ memory: [{ address: 0x1000n, bytes: memory(4096) }], machine: 3 })
    assert.deepEqual(dumpOf(patched(bytes, 52, 8)), dumpOf(bytes))
    assert.deepEqual(dumpOf(bytes).flaws, [])
  })

  it("VirtualBox's core of a machine: memory by its physical addresses", () => {
    const places = [0x1000n, 0x10_0000n]
    const { bytes } = elfCore({
      memory: places.map((address) => ({ address, bytes: memory(4096) })),
    })
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    for (const [i, address] of places.entries()) {
      const row = 64 + 56 * (i + 1)
      view.setBigUint64(row + 16, 0n, true)
      view.setBigUint64(row + 24, address, true)
    }
    const addresses = dumpOf(bytes).segments.flatMap(({ address }) => address ?? [])
    assert.deepEqual(addresses, places)
  })

  it('a program, which is no core: raw, and no flaw', () => {
    const program = patched(elfCore({ memory: [] }).bytes, 16, 3)
    const dump = dumpOf(program)
    assert.deepEqual([dump.container, dump.flaws.length], ['raw', 0])
  })
})

describe('openDump names the owners of', () => {
  it('a core: the mapped file, the stack of a thread, the vdso', () => {
    const expected = ['file /usr/bin/sleep', 'stack 4242', 'other [vdso]']
    assert.deepEqual(owners(named('a 64-bit core')), expected)
    assert.deepEqual(owners(named('a 32-bit core')), expected)
    assert.equal(owners(named('a big-endian core'))[0], expected[0])
  })

  it('a minidump: the stack of a thread, the module', () => {
    const expected = ['stack 77', undefined, 'module C:\\app\\sign.exe']
    assert.deepEqual(owners(named('a minidump')), expected)
    assert.deepEqual(owners(named('a big-endian minidump')), expected)
  })

  it('a minidump with all memory: the stack is named by its address', () => {
    const expected = ['stack 5', 'module C:\\app\\sign.exe']
    assert.deepEqual(owners(named('a minidump with all memory')), expected)
  })

  it('a Java heap: arrays by the type of their elements, objects between them', () => {
    const names = dumpOf(named('a Java heap')).segments.map(({ owner }) => owner?.name)
    const expected = ['objects', 'byte[]', 'objects', 'int[]', 'objects', 'long[]']
    assert.deepEqual(names, expected)
  })

  it('nobody, where the stacks of several threads are in one run, as in a Go heap', () => {
    const built = elfCore({
      memory: [{ address: 0xc000000000n, bytes: memory(4096) }],
      threads: [
        { id: 1, stackPointer: 0xc000000100n },
        { id: 2, stackPointer: 0xc000000900n },
      ],
    })
    assert.deepEqual(owners(built.bytes), [undefined])
  })

  it('a mapping in a file with units of pages that are not 4096 bytes', () => {
    const built = elfCore({
      memory: [{ address: 0x10000n, bytes: memory(4096) }],
      files: [{ from: 0x10000n, to: 0x20000n, path: '/lib/größe.so' }],
      pageSize: 65536,
      machine: 183,
    })
    assert.deepEqual(owners(built.bytes), ['file /lib/größe.so'])
  })

  it('an unknown or spoken stream of a minidump: it is memory without an address', () => {
    const built = minidump({ streams: [{ type: 0x47670007, bytes: memory(64) }] })
    const [segment] = dumpOf(built.bytes).segments
    assert.equal(segment?.owner?.name, 'LinuxEnviron')
    assert.equal(segment.length, 64)
  })
})

describe('openDump keeps', () => {
  it('the address of [vsyscall], which no double can hold', () => {
    const address = 0xffffffffff600000n
    const { segments } = dumpOf(elfCore({ memory: [{ address, bytes: memory(4096) }] }).bytes)
    assert.equal(segments.at(-1)?.address, address)
  })

  it('the part of a cut segment that is there, and says so', () => {
    const built = elfCore({ memory: [{ address: 0x1000n, bytes: memory(4096), claimed: 9000 }] })
    const dump = dumpOf(built.bytes)
    assert.equal(dump.segments.at(-1)?.length, 4096)
    assert.deepEqual(
      dump.flaws.map(({ code, facts }) => [code, facts['missingBytes']]),
      [['segment-cut', 9000 - 4096]],
    )
  })
})

it('openDump reads a core of more than 65,534 segments, whose number is in a section header', () => {
  const page = memory(16)
  const many = Array.from({ length: 70_000 }, (_, index) => ({
    address: BigInt(index) * 16n,
    bytes: page,
  }))
  const built = elfCore({ memory: many, isExtended: true, alignment: 1 })
  const whole = dumpOf(built.bytes)
  assert.deepEqual([whole.segments.length, whole.flaws.length], [70_000, 0])
  const cut = dumpOf(built.bytes.subarray(0, built.bytes.length - 64))
  assert.deepEqual(
    cut.flaws.map(({ code }) => code),
    ['table-cut', 'table-cut'],
  )
})

describe('openDump reads on after', () => {
  it('a damaged note before others', () => {
    const built = GOOD[0]?.built ?? { bytes: new Uint8Array(0), segments: [] }
    const notesAt = 64 + 4 * 56
    const dump = dumpOf(patched(built.bytes, notesAt, 0xff))
    assert.equal(dump.segments.find(({ address }) => address === 0x400000n)?.owner?.kind, 'file')
    assert.deepEqual(
      dump.flaws.map(({ code }) => code),
      ['stream-damaged'],
    )
  })

  it('a length that reaches over later segments', () => {
    const built = elfCore({
      memory: [
        { address: 0x1000n, bytes: memory(4096), claimed: 1 << 30 },
        { address: 0x9000n, bytes: memory(4096) },
      ],
    })
    const dump = dumpOf(built.bytes)
    const at = built.segments[0]?.offset ?? 0
    assert.deepEqual(
      dump.segments.slice(-1).map(({ offset, address }) => [offset, address]),
      [[at + 4096, 0x9000n]],
    )
  })
})

describe('openDump hides no byte', () => {
  it('of a file cut inside its headers: the rest is a segment of unknown address', () => {
    for (const { name, built } of GOOD) {
      const dump = dumpOf(built.bytes.subarray(0, 40))
      assert.ok(dump.segments.length > 0 || dump.structure.length > 0, name)
    }
  })

  it('behind a claim of structure over memory', () => {
    const built = minidump({ memory: [{ address: 0x5000n, bytes: memory(64) }] })
    const at = built.segments[0]?.offset ?? 0
    // The SystemInfo stream, moved over the memory.
    const moved = built.bytes.slice()
    new DataView(moved.buffer).setUint32(32 + 8, at, true)
    assert.deepEqual(dumpOf(moved).segments.find(({ offset }) => offset === at)?.address, 0x5000n)
  })

  it('of a table that claims 4,294,967,295 rows: it takes no memory for them', () => {
    const built = minidump({ memory: [{ address: 0x5000n, bytes: memory(64) }] })
    const claimed = built.bytes.slice()
    const table = claimed.length - 20
    claimed.fill(0xff, table, table + 4)
    assert.ok(flawsOf(claimed).includes('table-cut'))
  })
})

/** A core of runs of 16 bytes, one every `step` bytes of memory. */
function shortRuns(step: bigint): Dump {
  const memoryOf = (i: number) => ({ address: 0x5000n + step * BigInt(i), bytes: memory(16) })
  const all = Array.from({ length: 16_385 }, (_, i) => memoryOf(i))
  return dumpOf(elfCore({ memory: all, alignment: 1 }).bytes)
}

describe('openDump says that it leaves out', () => {
  it('more LiME ranges than any machine has', () => {
    const ranges = Array.from({ length: 16_385 }, (_, i) => ({
      firstPage: 2 * i,
      bytes: memory(8),
    }))
    const { bytes } = limeImage(ranges)
    const dump = dumpOf(bytes)
    assert.deepEqual(
      dump.flaws.map(({ code, facts }) => ({ code, ...facts })),
      [{ code: 'table-cut', offset: 16_384 * 40, ranges: 16_384 }],
    )
    const rest = dump.segments.at(-1)
    assert.deepEqual(rest, {
      offset: 16_384 * 40,
      length: 40,
      address: undefined,
      owner: undefined,
    })
  })

  it('more short ranges of a minidump than any honest one lists', () => {
    const ranges = Array.from({ length: 16_386 }, (_, i) => ({
      address: BigInt(0x5000 + 0x200 * i),
      bytes: memory(i === 16_385 ? 512 : 16),
    }))
    const dump = dumpOf(minidump({ memory: ranges }).bytes)
    assert.deepEqual(
      dump.flaws.map(({ code, facts }) => ({ code, ...facts })),
      [{ code: 'table-cut', kept: 16_384 }],
    )
    const [first, ...others] = dump.segments.filter(({ address }) => address === undefined)
    assert.deepEqual([first?.length, others], [16, []])
    // One that is not short has its address, however many of the others there are.
    assert.ok(dump.segments.some(({ address }) => address === BigInt(0x5000 + 0x200 * 16_385)))
  })

  it('more runs that share bytes than any honest one lists, where they leave each other short ones', () => {
    const layout = new Layout(new DumpFile(bytesSource(new Uint8Array(0))))
    for (let i = 0; i < 16_400; i++) layout.addMemory(16 * i, 512, BigInt(0x10_0000 * i))
    const { segments } = arrange(layout)
    assert.equal(segments.filter(({ address }) => address !== undefined).length, 1)
    assert.deepEqual(
      layout.flaws.map(({ code, facts }) => [code, facts['kept']]),
      [['table-cut', 0]],
    )
  })

  it('more short segments of a core than any honest one lists, but none that go on in the next', () => {
    const [apart, together] = [shortRuns(32n), shortRuns(16n)]
    assert.deepEqual(
      apart.flaws.map(({ code, facts }) => ({ code, ...facts })),
      [{ code: 'table-cut', kept: 16_384 }],
    )
    const last = apart.segments.at(-1)
    assert.deepEqual([last?.address, last?.length], [undefined, 16])
    assert.deepEqual([together.segments.length, together.flaws.length], [16_385, 0])
  })
})

it('openDump reports an ELF header of no class, of no byte order, or that counts too few segments', () => {
  const pages = [0x1000n, 0x9000n, 0x20_000n]
  const { bytes } = elfCore({
    memory: pages.map((address) => ({ address, bytes: memory(4096) })),
  })
  assert.deepEqual(flawsOf(bytes), [])
  const count = bytes[56] ?? 0
  assert.ok(count > pages.length)
  const counts = Array.from({ length: count }, (_, fewer) => [56, fewer] as const)
  for (const [at, value] of [[4, 7], [5, 9], ...counts] as const)
    assert.deepEqual(flawsOf(patched(bytes, at, value)), ['header-damaged'])
  assert.deepEqual(flawsOf(elfCore({ memory: [] }).bytes), [], 'notes alone')
})

it('memory that begins like a program header is no uncounted one: a heap of Java in a core of gcore', () => {
  const { bytes } = elfCore({ memory: [{ address: 0xfc00_0000n, bytes: memory(4096) }] })
  const core = Buffer.from(bytes)
  const end = 64 + 2 * 56
  core.writeBigUInt64LE(0n, 64 + 32) // No notes.
  core.writeBigUInt64LE(BigInt(end), 64 + 56 + 8)
  core.writeBigUInt64LE(BigInt(core.length - end), 64 + 56 + 32)
  core.fill(0, end, end + 56).writeUInt8(1, end) // An unlocked object's mark.
  core.writeUInt32LE(0x0001_2718, end + 8)
  core.writeUInt8(1, end + 32)
  assert.deepEqual(flawsOf(core), [])
})

describe('openDump reports flaws:', () => {
  it('a LiME range that ends the file', () => {
    const { bytes } = limeImage([{ firstPage: 1, bytes: memory(4096) }])
    assert.deepEqual(flawsOf(bytes.subarray(0, 1000)), ['segment-cut'])
    assert.deepEqual(flawsOf(Buffer.concat([bytes, memory(40)])), ['header-damaged'])
  })

  it('runs of pages that do not add up', () => {
    const { bytes } = windowsFullDump([{ firstPage: 1, bytes: memory(4096) }])
    assert.deepEqual(flawsOf(patched(bytes, 0x90, 9)), ['header-damaged'])
  })

  it('pages of a bitmap that begin where no file reaches', () => {
    const { bytes } = windowsBitmapDump([{ firstPage: 1, bytes: memory(4096) }])
    assert.deepEqual(flawsOf(patched(bytes, 0x2026, 0x10)), ['header-damaged'])
    assert.deepEqual(flawsOf(patched(bytes, 0x2024, 0x10)), ['segment-cut'])
  })

  it('pages that begin within a word have no address: what is at multiples of a word is found', () => {
    const runs = [{ firstPage: 1, bytes: memory(4096) }]
    for (const [built, field] of [
      [windowsBitmapDump(runs), 0x2020],
      [windowsRangeDump(runs), 0x2018],
    ] as const) {
      const firstPage = Buffer.from(built.bytes).readUInt8(field)
      const damaged = patched(built.bytes, field, firstPage + 1)
      assert.deepEqual(flawsOf(damaged), ['header-damaged'])
      assert.ok(dumpOf(damaged).segments.every(({ address }) => address === undefined))
    }
  })

  it('a heap dump that is cut within a description, before its heap', () => {
    const { bytes } = heapDump({ segments: [[{ type: 'int', bytes: memory(128) }]] })
    // A text of 16 bytes, 4 of them its id.
    const text = Buffer.from('01000000000000001000000000', 'hex')
    const whole = Buffer.concat([bytes.subarray(0, headBytesOf(bytes)), text, memory(12)])
    assert.deepEqual(flawsOf(whole), [])
    assert.deepEqual(flawsOf(whole.subarray(0, whole.length - 5)), ['table-cut'])
  })

  it('a heap record whose length was never filled in: its arrays are found all the same', () => {
    const built = heapDump({ segments: [[{ type: 'int', bytes: memory(128) }]], isUnfilled: true })
    const dump = dumpOf(built.bytes)
    assert.ok(dump.segments.some(({ owner, length }) => owner?.name === 'int[]' && length === 128))
    assert.deepEqual(dump.flaws, [])
  })

  it('a heap with more arrays than are kept: the longest stay', () => {
    const short = { type: 'byte', bytes: memory(32) } as const
    const long = { type: 'long', bytes: memory(4096) } as const
    const built = heapDump({ segments: [[...Array.from({ length: 140_000 }, () => short), long]] })
    const arrays = dumpOf(built.bytes).segments.filter(({ owner }) => owner?.name !== 'objects')
    assert.ok(arrays.length < 140_000)
    assert.ok(arrays.some(({ length }) => length === 4096))
  })
})

it('bytes that a core lists at two addresses are reported', () => {
  const { bytes } = elfCore({ memory: [{ address: 0x1000n, bytes: memory(8192) }] })
  const rows = new DataView(bytes.buffer, bytes.byteOffset)
  const note = 64
  const row = note + 56
  // The note segment's row is made one of memory, within the other.
  for (const at of [0, 4]) rows.setUint32(note + at, rows.getUint32(row + at, true), true)
  rows.setBigUint64(note + 8, rows.getBigUint64(row + 8, true) + 512n, true)
  rows.setBigUint64(note + 32, 256n, true)
  rows.setBigUint64(note + 16, 0x1200n, true)
  assert.equal(dumpOf(bytes).isShared, false)
  rows.setBigUint64(note + 16, 0x9200n, true)
  assert.equal(dumpOf(bytes).isShared, true)
})

it('a stream of QEMU whose pages are packed is reported, and read as raw memory from there on', () => {
  const built = qemuStream({ runs: [{ firstPage: 1, bytes: memory(8192) }], oddFlags: 0x40 })
  const { container, segments, flaws } = dumpOf(built.bytes)
  assert.equal(container, 'qemu')
  assert.deepEqual(
    segments.flatMap(({ address }) => address ?? []),
    [0x1000n, 0x2000n],
  )
  assert.match(flaws[0]?.message ?? '', /pages are packed.*read as raw memory/)
})
