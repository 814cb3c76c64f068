import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { elfCore, minidump } from '@mintmark/testkit'
import { openDump } from '../src/open_dump.ts'
import { streamDump } from '../src/stream_dump.ts'
import { GOOD, memory } from './built_dumps.ts'
import { dumpOf, piped, streamed } from './checked_dump.ts'

const every = (bytes: Uint8Array, step: number): readonly number[] =>
  Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => index * step)

async function* failing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(memory(10))
  throw new Error('broken pipe')
}

const readFailing = async (): Promise<void> => {
  for await (const { kind } of streamDump(failing())) assert.notEqual(kind, 'summary')
}

describe('a pipe gives', () => {
  it('the address and owner with the bytes, where the tables come first', async () => {
    for (const { name, built } of GOOD.slice(0, 2)) {
      const { pieces } = await streamed(piped(built.bytes, every(built.bytes, 500)), built.bytes)
      const owners = new Set(
        pieces.flatMap((piece) =>
          piece.kind === 'segment' ? (piece.segment.owner?.kind ?? []) : [],
        ),
      )
      assert.deepEqual(owners, new Set(['file', 'stack', 'other']), name)
    }
  })

  it('memory at once, when the tables are read: nothing more is held', async () => {
    const { bytes } = elfCore({ memory: [{ address: 0x1000n, bytes: memory(1 << 16) }] })
    let given = 0
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of piped(bytes, every(bytes, 4096))) {
        yield chunk
        assert.ok(taken - given <= 8192 || taken < 16_384, `${taken - given} bytes are held`)
      }
    }
    let taken = 0
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of watched()) {
        taken += chunk.length
        yield chunk
      }
    }
    for await (const piece of streamDump(counted()))
      if (piece.kind !== 'summary') given += piece.bytes.length
    assert.equal(given, bytes.length)
  })

  it('nothing but a summary, of nothing', async () => {
    const { pieces, dump } = await streamed(piped(new Uint8Array(0), []), new Uint8Array(0))
    assert.deepEqual([pieces.length, dump.segments.length], [0, 0])
  })
})

describe('a pipe gives even', () => {
  it('memory without an address that passed before the tables, and the names of the rest', async () => {
    const { bytes, segments } = minidump({
      memory: [
        { address: 0x10000000n, bytes: new Uint8Array(70 << 20).fill(0x91) },
        { address: 0x90000000n, bytes: memory(4096) },
      ],
      isDirectoryLast: true,
    })
    const { pieces, dump } = await streamed(piped(bytes, every(bytes, 1 << 20)), bytes)
    const first = pieces.find(({ kind }) => kind === 'segment')
    assert.ok(first?.kind === 'segment' && first.segment.address === undefined)
    assert.ok(
      pieces.some((piece) => piece.kind === 'segment' && piece.segment.address === 0x90000000n),
    )
    assert.deepEqual(dump, dumpOf(bytes))
    assert.ok(dump.segments.some(({ offset }) => offset === segments[0]?.offset))
  })

  it('INPUT_UNREADABLE where its source fails, and no summary', async () => {
    await assert.rejects(readFailing, { name: 'MintmarkError', code: 'INPUT_UNREADABLE' })
  })
})

const HOSTILE = [
  {
    name: 'a thousand note segments over the same notes',
    bytes: (): Uint8Array => {
      const bytes = new Uint8Array(8 << 20)
      const view = new DataView(bytes.buffer)
      const count = 1000
      const notes = 64 + count * 56
      bytes.set(elfCore({ memory: [] }).bytes.subarray(0, 64))
      view.setUint16(56, count, true)
      for (let row = 64; row < notes; row += 56) {
        view.setUint32(row, 4, true)
        view.setBigUint64(row + 8, BigInt(notes), true)
        view.setBigUint64(row + 32, BigInt(bytes.length - notes), true)
      }
      for (let at = notes; at + 20 < bytes.length; at += 20)
        bytes.set([5, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x43, 0x4f, 0x52, 0x45], at)
      return bytes
    },
  },
  {
    name: 'a Java heap of nothing but classes',
    bytes: (): Uint8Array => {
      const bytes = new Uint8Array(8 << 20)
      bytes.set(Buffer.from('JAVA PROFILE 1.0.2\0\0\0\0\x08'))
      const heap = 31
      bytes[heap] = 0x1c
      new DataView(bytes.buffer).setUint32(heap + 5, bytes.length - heap - 9)
      for (let at = heap + 9; at < bytes.length; at += 71) bytes[at] = 0x20
      return bytes
    },
  },
  {
    name: 'LiME ranges of one byte',
    bytes: (): Uint8Array => {
      const bytes = new Uint8Array(8 << 20)
      for (let at = 0; at + 33 < bytes.length; at += 33) bytes.set([0x45, 0x4d, 0x69, 0x4c, 1], at)
      return bytes
    },
  },
]

describe('hostile tables cost no more than an honest dump:', () => {
  for (const { name, bytes: made } of HOSTILE) {
    it(name, () => {
      const bytes = made()
      const started = performance.now()
      let read = 0
      const dump = openDump({
        size: bytes.length,
        read: (offset, target) => {
          const there = bytes.subarray(offset, offset + target.length)
          target.set(there)
          read += there.length
          return there.length
        },
      })
      assert.ok(dump.segments.length > 0)
      assert.ok(read < 64 * bytes.length, `${read} bytes are read of ${bytes.length}`)
      assert.ok(performance.now() - started < 30_000)
    })
  }
})
