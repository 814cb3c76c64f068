import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { scanFile } from '@mintmark/scan'
import { elfCore } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scrubFile } from '../src/scrub_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'kerberos-'))
after(() => rmSync(folder, { recursive: true }))

const KEY = noise(32, 'aes256')
const HEAP = 0x5581_0000_0000n

/** A heap with the key of a database in it, and a `krb5_keyblock` that leads there. */
function heapOfKdc(): Buffer {
  const heap = Buffer.alloc(65_536)
  heap.set(KEY, 0x4000)
  heap.writeUInt32LE(0x970e_a703, 0x800)
  heap.writeUInt32LE(18, 0x804)
  heap.writeUInt32LE(32, 0x808)
  heap.writeBigUInt64LE(HEAP + 0x4000n, 0x810)
  return heap
}

describe('a key block of a process of Kerberos', () => {
  const core = path.join(folder, 'kdc.core')

  it('leads to its key', async () => {
    writeFileSync(core, elfCore({ memory: [{ address: HEAP, bytes: heapOfKdc() }] }).bytes)
    const { findings, candidates } = await scanFile(core)
    assert.equal(findings.length, 0)
    assert.deepEqual(
      candidates.map(({ kind, bits, form, address }) => [kind, bits, form, address]),
      [['aes', 256, 'krb5-keyblock', `0x${(HEAP + 0x4000n).toString(16)}`]],
    )
  })

  it('is erased with its copies elsewhere, as the stack of krb5kdc 1.21 keeps four', async () => {
    const heap = heapOfKdc()
    for (const at of [0x6008, 0x6040]) heap.set(KEY, at)
    writeFileSync(core, elfCore({ memory: [{ address: HEAP, bytes: heap }] }).bytes)
    const out = path.join(folder, 'kdc.clean')
    await scrubFile(core, { out })
    assert.equal(readFileSync(out).indexOf(KEY.subarray(0, 16)), -1)
  })

  it('that is cleared, or leads nowhere, leads to none', async () => {
    const heap = heapOfKdc()
    heap.writeBigUInt64LE(0n, 0x810)
    writeFileSync(core, elfCore({ memory: [{ address: HEAP, bytes: heap }] }).bytes)
    assert.deepEqual((await scanFile(core)).candidates, [])
  })
})
