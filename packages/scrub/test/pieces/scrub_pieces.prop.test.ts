import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import * as fc from 'fast-check'
import { findPieces } from '../../src/pieces/piece_search.ts'
import type { Piece } from '../../src/pieces/piece_table.ts'
import { PieceTable } from '../../src/pieces/piece_table.ts'
import type { SecretPattern } from '../../src/pieces/secret_pattern.ts'

const patternOf = (bytes: Uint8Array, least: number, key = 0): SecretPattern => ({
  bytes,
  least: Math.min(bytes.length, least),
  value: 'value',
  encoding: 'encoding',
  isText: false,
  bits: bytes.length * 8,
  key,
})

/** Which bytes of memory are part of a run of `least` and more bytes that are those of a pattern. */
function coveredReference(memory: Uint8Array, patterns: readonly SecretPattern[]): Set<number> {
  const covered = new Set<number>()
  for (const { bytes, least } of patterns) {
    for (let shift = -bytes.length; shift < memory.length; shift++) {
      let run = 0
      for (let k = 0; k <= bytes.length; k++) {
        const at = shift + k
        const isEqual = k < bytes.length && at >= 0 && at < memory.length && memory[at] === bytes[k]
        if (isEqual) run++
        else {
          if (run >= least) for (let j = at - run; j < at; j++) covered.add(j)
          run = 0
        }
      }
    }
  }
  return covered
}

const FUZZ = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }

it('every piece that is long enough is found, at any alignment', () => {
  const pattern = fc.tuple(
    fc.uint8Array({ minLength: 16, maxLength: 200 }).filter((bytes) => new Set(bytes).size >= 14),
    fc.integer({ min: 11, max: 70 }),
  )
  // Lengths about the least that is to be found.
  const piece = fc.tuple(fc.nat(3), fc.nat(199), fc.integer({ min: -2, max: 10 }), fc.nat(20))
  const pieces = fc.array(piece, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), pieces, (made, planted) => {
      // Random, so that none of their words is too plain to be searched for.
      const patterns = made.map(([{ length }, least]) => patternOf(randomBytes(length), least))
      const parts = planted.flatMap(([which, from, more, gap]) => {
        const { bytes, least } = patterns[which % patterns.length] ?? patternOf(randomBytes(16), 16)
        return [Buffer.alloc(gap, 0xaa), bytes.subarray(from, from + least + more)]
      })
      const memory = new Uint8Array(Buffer.concat([...parts, Buffer.alloc(32, 0xbb)]))
      const covered = new Set<number>()
      new PieceTable(patterns).find(memory, 0, memory.length, ({ at, length }) => {
        for (let k = at; k < at + length; k++) covered.add(k)
      })
      assert.deepEqual(
        [...covered].toSorted((a, b) => a - b),
        [...coveredReference(memory, patterns)].toSorted((a, b) => a - b),
      )
    }),
    FUZZ,
  )
})

it('zeros and other fillings of a value are no pieces of it', () => {
  const bytes = new Uint8Array(64)
  bytes.set(randomBytes(16), 48)
  const table = new PieceTable([patternOf(bytes, 16)])
  const found: number[] = []
  table.find(new Uint8Array(4096), 0, 4096, ({ at }) => found.push(at))
  assert.deepEqual(found, [])
})

/** As a key of HMAC, whose value has one spelling of each kind. */
const secretOf = (secret: Uint8Array): KeyMaterial => ({
  type: 'hmac',
  secret,
  publicKey: undefined,
})

async function piecesIn(
  memory: Uint8Array,
  materials: readonly KeyMaterial[],
): Promise<readonly Piece[]> {
  const source = bytesSource(memory)
  const data = [{ offset: 0, length: memory.length }]
  const copies = materials.map((material) => structuredClone(material))
  const found = await findPieces({ source, data }, new Map(copies.map((copy, i) => [i, [copy]])))
  return found.pieces
}

const isCovered = (pieces: readonly Piece[], at: number): boolean =>
  pieces.some(({ offset, length }) => offset <= at && at < offset + length)

/** Its text holds an n at the eighth place: as if an escaped line end behind it began there. */
const nAtEight = (bytes: Buffer): Uint8Array =>
  new Uint8Array(Buffer.from(bytes.toString('base64').replace(/^(.{8})./, '$1n'), 'base64'))

describe('a value', () => {
  const secret = nAtEight(randomBytes(48))
  const text = Buffer.from(secret).toString('base64')

  it('is found across the border of two blocks', async () => {
    const border = 4 << 20
    for (const before of [1, 15, 16, 17, 40, 47]) {
      const memory = new Uint8Array(border + 4096)
      memory.set(secret, border - before)
      const pieces = await piecesIn(memory, [secretOf(secret)])
      assert.ok(pieces.some(({ offset, isWhole }) => offset === border - before && isWhole))
    }
  })

  it('that is overwritten in part is found as far as it remains', async () => {
    const memory = new Uint8Array(4096).fill(0x11)
    memory.set(secret, 101)
    memory.fill(0x22, 101, 109)
    memory.fill(0x22, 129, 133)
    const pieces = await piecesIn(memory, [secretOf(secret)])
    for (let at = 109; at < 149; at++) {
      // What overwrote it may be equal to it.
      if (at >= 129 && at < 133 && memory[at] === secret[at - 101]) continue
      assert.equal(isCovered(pieces, at), at < 129 || at >= 133, String(at))
    }
  })

  for (const [name, between] of [
    ['line ends', '\n'],
    ['line ends of Windows', '\r\n'],
    ['escaped line ends', '\\n'],
    ['strings of a program', '" +\n    "'],
  ] as const) {
    it(`in several lines is found in each: ${name}`, async () => {
      for (const cut of [3, 9, 30, 55, 62]) {
        const spelled = `x=${text.slice(0, cut)}${between}${text.slice(cut)};`
        const pieces = await piecesIn(new Uint8Array(Buffer.from(spelled)), [secretOf(secret)])
        const first = 2
        const last = spelled.length - 2
        assert.ok(isCovered(pieces, first), `the begin, cut at ${cut}`)
        assert.ok(isCovered(pieces, last), `the end, cut at ${cut}`)
      }
    })
  }

  it('that is shorter than a word and its alignment is found as a whole', async () => {
    const short = new Uint8Array([3, 200, 41, 77, 9, 130, 250, 61, 18])
    for (let at = 500; at < 508; at++) {
      const memory = new Uint8Array(1024)
      memory.set(short, at)
      const pieces = await piecesIn(memory, [secretOf(short)])
      assert.ok(pieces.some(({ offset, length }) => offset === at && length === short.length))
    }
  })
})

it('a file full of one value, or of one word of it, is searched in time that is proportional', async () => {
  const secret = new Uint8Array(randomBytes(4096))
  const copies = new Uint8Array(8 << 20)
  for (let at = 0; at < copies.length; at += 4096) copies.set(secret, at)
  const whole = await piecesIn(copies, [secretOf(secret)])
  assert.equal(whole.length, copies.length / 4096)
})
