/** Any bytes give an output that holds nothing of a key, or an internal error. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { elfCore, limeImage, minidump, readAgain } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { type ScrubDocument, scrubFile } from '../src/scrub_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-any-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 }))
const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
const p = Buffer.from(String(privateKey.export({ format: 'jwk' }).p), 'base64url')
const prime = Buffer.from(p.toReversed())

const heap = Buffer.alloc(8192, '.,;:\0\x01')
heap.set(pem, 500)
heap.set(prime, 4096)
const memory = [{ address: 0x10000n, bytes: heap }]
const GOOD = [
  elfCore({ memory, threads: [{ id: 7, stackPointer: 0x10100n }], program: 'x' }).bytes,
  minidump({ memory }).bytes,
  limeImage([{ firstPage: 3, bytes: heap }]).bytes,
  heap,
]

/** A good dump, with some bytes changed, cut somewhere, or with a part of it at another offset. */
const damaged = fc
  .tuple(
    fc.nat(GOOD.length - 1),
    fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 30 }),
    fc.double({ min: 0.3, max: 1, noNaN: true }),
    fc.array(fc.tuple(fc.nat(20_000), fc.nat(20_000), fc.nat(300)), { maxLength: 3 }),
  )
  .map(([which, changes, share, moves]) => {
    const bytes = Buffer.from(GOOD[which] ?? heap)
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte
    for (const [from, to, length] of moves) {
      bytes.copyWithin(to % bytes.length, from % bytes.length, (from % bytes.length) + length)
    }
    return bytes.subarray(0, Math.ceil(bytes.length * share))
  })

it('any bytes give an output without the key, or an internal error, and never a half of either', async () => {
  let count = 0
  await fc.assert(
    fc.asyncProperty(damaged, async (bytes) => {
      const input = join(folder, `in-${count}`)
      const out = join(folder, `out-${count++}`)
      writeFileSync(input, bytes)
      try {
        const document = await scrubFile(input, { out })
        assert.equal(existsSync(out), document.isClean)
        if (document.isClean) assertScrubbed(bytes, readFileSync(out), document)
      } catch (cause) {
        if (!(cause instanceof MintmarkError)) throw cause
        assert.equal(existsSync(out), false)
      }
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.endsWith('.tmp')),
        [],
      )
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 60) },
  )
})

function assertScrubbed(bytes: Buffer, out: Buffer, { erased, keys }: ScrubDocument): void {
  const expected = Buffer.from(bytes)
  for (const { offset, length } of erased.ranges) expected.fill(0, offset, offset + length)
  assert.equal(Buffer.compare(out, expected), 0)
  // What damage has put among headers stays there, and is reported.
  const reported = keys.flatMap(({ inStructure }) => inStructure)
  for (const { offset, length } of reported) out.fill(0, offset, offset + length)
  // Damage may leave no more of the key than what nothing proves it by; whole, each proves it.
  const isKnown = bytes.includes(pem)
  if (!isKnown) return
  assert.equal(out.includes(pem.subarray(0, 400)), false)
  for (let at = 0; at + 16 <= prime.length; at++) {
    assert.equal(out.indexOf(prime.subarray(at, at + 16)), -1)
  }
}
