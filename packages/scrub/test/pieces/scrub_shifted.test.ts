/**
 * Numbers as a division leaves them in freed memory, shifted left, and as one that reads them piece by piece does: cut
 * in the middle of a digit.
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-shifted-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const jwk = privateKey.export({ format: 'jwk' })
const [p = 0n, q = 0n, d = 0n] = [jwk.p, jwk.q, jwk.d].map((number) =>
  BigInt(`0x${Buffer.from(String(number), 'base64url').toString('hex')}`),
)

/** Digits of so many bits in words of so many bytes, the lowest first. */
function words(value: bigint, width: number, slot: number): Buffer {
  const bytes: Uint8Array[] = []
  for (let rest = value; rest > 0n; rest >>= BigInt(width)) {
    const digit = BigInt.asUintN(width, rest)
    bytes.push(Buffer.from(digit.toString(16).padStart(slot * 2, '0'), 'hex').toReversed())
  }
  return Buffer.concat(bytes)
}

/** Each digit in the upper half of a word, as V8 has small integers. */
const smis = (digits: Buffer) =>
  Buffer.concat(
    Array.from({ length: digits.length / 4 }, (_, k) =>
      Buffer.concat([Buffer.alloc(4), digits.subarray(4 * k, 4 * k + 4)]),
    ),
  )

const LEFT = {
  'q by 4 bits in limbs': words(q << 4n, 64, 8).subarray(0, 129),
  'q by 4 bits in limbs, its first 17 bytes gone': words(q << 4n, 64, 8).subarray(17, 129),
  'd by 13 bits in limbs': words(d << 13n, 64, 8),
  'p by 63 bits in limbs': words(p << 63n, 64, 8),
  'p by 26 bits in digits of Python': words(p << 26n, 30, 4),
  'p without its last 160 bits in digits of Python': words(p >> 160n, 30, 4),
  'p by 55 bits in digits of LibTomMath': words(p << 55n, 60, 8),
  'q by 16 bits in digits of bn.js': words(q << 16n, 26, 4),
  'q by 22 bits, as far as another divisor, in small integers': smis(words(q << 22n, 26, 4)),
  'd by 5 bits in small integers': smis(words(d << 5n, 28, 4)),
}

describe('a number that was shifted', () => {
  for (const [name, left] of Object.entries(LEFT)) {
    it(`${name} is erased`, async () => {
      const path = join(folder, name)
      const gap = Buffer.alloc(64, '.,;:\0\u0001')
      const der = privateKey.export({ format: 'der', type: 'pkcs8' })
      writeFileSync(path, Buffer.concat([gap, der, gap, left, gap]))
      const from = 2 * gap.length + der.length
      const input = { kind: 'file', path } as const
      const { erased } = await scrubInput(input, path)
      const source = openInput({ kind: 'erased', input, erased })
      const out = Buffer.alloc(left.length)
      source.read(from, out)
      source.close()
      // A byte at either end may hold bits of the number alone that say little.
      const rest = out.subarray(8, -8).filter((byte) => byte !== 0)
      assert.deepEqual([...rest], [])
    })
  }
})
