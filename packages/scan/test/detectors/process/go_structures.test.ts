import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { elfCore, readAgain } from '@mintmark/testkit'
import { scanFile } from '../../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'go-structures-'))
after(() => rmSync(folder, { recursive: true }))

const HEAP = 0xc0_0000_0000n
const SIZE = 262_144

/** Memory of a made process of Go. */
class Heap {
  readonly #bytes = Buffer.alloc(SIZE)
  #at = 512

  /** Puts an object with zeros around it; gives its address. */
  put(bytes: Uint8Array): bigint {
    this.#bytes.set(bytes, this.#at)
    const address = HEAP + BigInt(this.#at)
    this.#at += (bytes.length + 127) & ~31
    return address
  }

  words(...values: readonly bigint[]): bigint {
    const bytes = Buffer.alloc(8 * values.length)
    for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, 8 * index)
    return this.put(bytes)
  }

  /** A `big.Int` of a number that is given highest byte first. */
  number(bytes: Uint8Array): bigint {
    const limbs = BigInt(Math.ceil(bytes.length / 8))
    const at = this.put(Uint8Array.from(bytes).toReversed())
    return this.words(0n, at, limbs, limbs + 4n)
  }

  async found(name: string): Promise<readonly string[]> {
    const file = path.join(folder, name)
    writeFileSync(file, elfCore({ memory: [{ address: HEAP, bytes: this.#bytes }] }).bytes)
    const { findings, unverified } = await scanFile(file, { threads: 1 })
    assert.deepEqual(unverified, [])
    return findings.map(
      ({ kind, encoding, length, verification }) => `${kind} ${encoding} ${length} ${verification}`,
    )
  }
}

function membersOf(key: KeyObject): Readonly<Record<string, Buffer>> {
  const jwk = Object.entries(key.export({ format: 'jwk' }))
  return Object.fromEntries(
    jwk.map(([name, text]) => [name, Buffer.from(String(text), 'base64url')]),
  )
}

const EMPTY = Buffer.alloc(0)

function rsaHeap(
  { n = EMPTY, d = EMPTY, p = EMPTY }: Readonly<Record<string, Buffer>>,
  q: Buffer,
): Heap {
  const heap = new Heap()
  const [nAt, dAt, pAt, qAt] = [n, d, p, q].map((value) => heap.number(value))
  assert.ok(nAt !== undefined && dAt !== undefined && pAt !== undefined && qAt !== undefined)
  heap.words(nAt, 65_537n, dAt, heap.words(pAt, qAt), 2n, 2n)
  return heap
}

describe("an rsa.PrivateKey of Go's", () => {
  const key = membersOf(readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey)
  it('is found by the pointers to its numbers', async () => {
    const found = await rsaHeap(key, key['q'] ?? EMPTY).found('rsa')
    assert.ok(
      found.some((each) => each.startsWith('rsa limbs-le64 128 n = p·q')),
      String(found),
    )
  })

  it('is nothing where its numbers are of no key', async () => {
    const { d = EMPTY, p = EMPTY, n = EMPTY } = key
    const wrong = Buffer.from(n)
    wrong[100] = (wrong[100] ?? 0) ^ 4
    assert.deepEqual(
      await rsaHeap({ n: wrong, d: wrong, p }, d.subarray(0, 128)).found('no-rsa'),
      [],
    )
  })
})

describe("an ecdsa.PrivateKey of Go's module of FIPS 140", () => {
  for (const [curve, length] of [
    ['P-256', 32],
    ['P-384', 48],
    ['P-521', 66],
  ] as const) {
    const key = readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey
    const { x = EMPTY, y = EMPTY, d = EMPTY } = membersOf(key)
    const heapWith = (secret: Buffer): Heap => {
      const heap = new Heap()
      const name = heap.put(Buffer.from(curve))
      const point = heap.put(Buffer.concat([Buffer.of(4), x, y]))
      const size = BigInt(2 * length + 1)
      heap.words(name, 5n, point, size, size, heap.put(secret), BigInt(length), BigInt(length))
      return heap
    }

    it(`of ${curve} is found by the pointers to point and secret`, async () => {
      const found = await heapWith(d).found(`ec-${length}`)
      assert.deepEqual(found, [`ec limbs-be ${length} d·G = Q`])
    })

    it(`of ${curve} is nothing with the secret of another`, async () => {
      const other = Buffer.from(d)
      other[length - 1] = (other[length - 1] ?? 0) ^ 1
      assert.deepEqual(await heapWith(other).found(`no-ec-${length}`), [])
    })
  }
})
