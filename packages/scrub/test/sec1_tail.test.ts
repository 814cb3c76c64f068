/** EC keys in freed buffers, of which a heap wrote over the begin. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { scanFile } from '@mintmark/scan/scan_file'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'sec1-tail-'))
after(() => rmSync(folder, { recursive: true }))

const PAGE = 4096
const AT = 1024

/** A key in memory, its first bytes written over by what a heap writes there. */
function freed(namedCurve: string, lost: number): { der: Buffer; memory: Buffer } {
  const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve }))
  const der = privateKey.export({ format: 'der', type: 'sec1' })
  const memory = Buffer.alloc(PAGE)
  der.copy(memory, AT)
  randomBytes(lost).copy(memory, AT)
  return { der, memory }
}

async function scrubbed(name: string, memory: Buffer): Promise<Buffer> {
  const path = join(folder, name)
  writeFileSync(path, memory)
  const { isClean, erased, report } = await scrubInput({ kind: 'file', path }, name)
  assert.ok(isClean, JSON.stringify(report.remainders))
  const out = Buffer.from(memory)
  for (const { offset, length } of erased) out.fill(0, offset, offset + length)
  return out
}

describe('an EC key whose first 16 bytes were written over', () => {
  // Where the scalar begins, and how long it is.
  const curves = [
    { namedCurve: 'P-256', begin: 7, length: 32 },
    { namedCurve: 'P-384', begin: 8, length: 48 },
    { namedCurve: 'P-521', begin: 8, length: 66 },
    { namedCurve: 'secp256k1', begin: 7, length: 32 },
  ]
  for (const { namedCurve, begin, length } of curves) {
    it(`is unverified, and what is left of its scalar is erased: ${namedCurve}`, async () => {
      const { der, memory } = freed(namedCurve, 16)
      const path = join(folder, `found-${namedCurve}`)
      writeFileSync(path, memory)
      const { findings, unverified } = await scanFile(path, { threads: 1 })
      assert.deepEqual(findings, [])
      assert.deepEqual(
        unverified.map(({ offset, encoding, note }) => [offset, encoding, note]),
        [[AT + begin, 'sec1-tail', 'fragment']],
      )
      const out = await scrubbed(namedCurve, memory)
      const rest = der.subarray(16, begin + length)
      assert.equal(out.includes(rest.subarray(-6)), false)
      // What follows it is public.
      assert.ok(out.includes(der.subarray(begin + length)))
    })
  }

  it('is verified where all of its scalar is left', async () => {
    const { memory } = freed('P-256', 7)
    const path = join(folder, 'whole')
    writeFileSync(path, memory)
    const { findings } = await scanFile(path, { threads: 1 })
    assert.deepEqual(
      findings.map(({ offset, length, certainty }) => [offset, length, certainty]),
      [[AT + 7, 32, 'verified']],
    )
  })
})
