/** Dumps whose memory is in short pieces that are in another order. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource, openDump } from '@mintmark/dump'
import { elfCore, qemuStream, readAgain } from '@mintmark/testkit'
import { type Run, runsOf } from '../../src/anchors/scan_plan.ts'
import { arrangedRuns } from '../../src/memory/memory_order.ts'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'arranged-'))
after(() => rmSync(folder, { recursive: true }))

const PIECE = 512
const ADDRESS = 0x7f00_0000_0000n

/** Bytes in pieces, each at its address, in an order that is the same in every run. */
function pieces(memory: Buffer): { readonly address: bigint; readonly bytes: Buffer }[] {
  const all = Array.from({ length: memory.length / PIECE }, (_, k) => ({
    address: ADDRESS + BigInt(k * PIECE),
    bytes: memory.subarray(k * PIECE, (k + 1) * PIECE),
  }))
  const count = all.length
  return all.map((_, k) => all[(k * 37) % count] ?? { address: 0n, bytes: Buffer.alloc(0) })
}

const run = (offset: number, length: number, address?: bigint): Run => {
  return { offset, length, address, isAligned: true }
}

describe('runs in the order of memory', () => {
  const header = run(0, 100)
  it('follow one another, what has no address first', () => {
    const runs = [header, run(100, 50, 0x1050n), run(150, 80, 0x1000n), run(230, 9, 0x2000n)]
    const arranged = arrangedRuns(runs, 'none')
    assert.deepEqual(arranged?.parts, [
      { offset: 0, length: 100 },
      { offset: 150, length: 80 },
      { offset: 100, length: 50 },
      { offset: 230, length: 9 },
    ])
    assert.deepEqual(
      arranged.runs.map(({ offset, length, address }) => [offset, length, address]),
      [
        [0, 100, undefined],
        [100, 130, 0x1000n],
        [230, 9, 0x2000n],
      ],
    )
  })

  const far = 0x40_0000
  for (const [why, runs, inFile] of [
    ['nothing goes on elsewhere', [header, run(100, 50, 0x2000n)], 'none'],
    [
      'most of it is far from any border',
      [run(far, far, 0x40_0000n), run(0, far, 0x80_0000n)],
      'none',
    ],
    [
      'an address is there twice',
      [run(100, 50, 0x1050n), run(150, 80, 0x1000n), run(230, 9, 0x1010n)],
      'none',
    ],
    ['headers are damaged', [run(100, 50, 0x1050n), run(150, 80, 0x1000n)], 'all'],
  ] as const) {
    it(`are left as they are where ${why}`, () => {
      assert.equal(arrangedRuns(runs, inFile), undefined)
    })
  }
})

it('pages of a stream of QEMU are one run, and their heads are none', () => {
  const { bytes } = qemuStream({ runs: [{ firstPage: 16, bytes: Buffer.alloc(32 * 4096, 0x66) }] })
  const runs = runsOf(openDump(bytesSource(bytes)))
  const arranged = arrangedRuns(runs, 'unclaimed')
  const pages = arranged?.runs.filter(({ address }) => address !== undefined)
  assert.deepEqual(
    pages?.map(({ length, address }) => [length, address]),
    [[32 * 4096, 0x10000n]],
  )
  assert.ok((arranged?.runs.length ?? 0) < 16)
})

describe('a core in pieces of 512 bytes', () => {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  const at = 40 * PIECE - 100
  const memory = Buffer.alloc(128 * PIECE, 0x66)
  der.copy(memory, at)
  const dump = Buffer.from(elfCore({ memory: pieces(memory) }).bytes)
  const path = join(folder, 'core')
  writeFileSync(path, dump)

  it('gives up a key that is in four of them, by its offsets in the file', async () => {
    const { findings, limits, scannedBytes } = await scanFile(path)
    const lengths = [100, PIECE, PIECE, der.length - 100 - 2 * PIECE]
    let done = 0
    const parts = lengths.map((length) => {
      const part = der.subarray(done, done + length)
      const address = `0x${(ADDRESS + BigInt(at + done)).toString(16)}`
      done += length
      return { offset: dump.indexOf(part), length, address }
    })
    for (const part of parts) {
      const found = findings.filter(({ offset, length, address }) => {
        return offset === part.offset && length === part.length && address === part.address
      })
      assert.equal(found.length, 1, `${part.length} bytes at ${part.offset}`)
    }
    const [first] = parts
    const begins = findings.filter(
      ({ encoding, beginsAt }) => encoding === 'pkcs8-der' && beginsAt === undefined,
    )
    assert.deepEqual(
      begins.map(({ offset }) => offset),
      [first?.offset],
    )
    assert.deepEqual(limits, [])
    assert.equal(scannedBytes, dump.length)
  })

  it('gives the same findings where its pieces are in order', async () => {
    const inOrder = join(folder, 'in-order')
    writeFileSync(inOrder, elfCore({ memory: [{ address: ADDRESS, bytes: memory }] }).bytes)
    const [one, other] = [await scanFile(path), await scanFile(inOrder)]
    const seen = ({ findings }: typeof one) => {
      const begun = findings.filter(({ beginsAt }) => beginsAt === undefined)
      return begun.map(({ encoding, address, keyId }) => ({ encoding, address, keyId }))
    }
    assert.deepEqual(
      seen(one).toSorted((a, b) => ((a.address ?? '') < (b.address ?? '') ? -1 : 1)),
      seen(other),
    )
  })
})
