import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { elfCore } from '@mintmark/testkit'
import { scanFile } from '../src/scan_file.ts'
import { scrubFile } from '../src/scrub/scrub_file.ts'
import { hitsIn, noise, planted } from './binary_hits.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'kerberos-'))
after(() => rmSync(folder, { recursive: true }))

const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff)
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const counted = (text: string): Buffer => Buffer.concat([u16(text.length), Buffer.from(text)])

/** An entry of a keytab for HTTP/web.example, as `ktadd` writes it. */
function entry(type: number, key: Uint8Array): Buffer {
  const names = [counted('TEST.EXAMPLE'), counted('HTTP'), counted('web.example')]
  const head = [u16(2), ...names, u32(1), u32(0x6a00_0000), Buffer.of(1)]
  const body = Buffer.concat([...head, u16(type), u16(key.length), key, u32(1)])
  return Buffer.concat([u32(body.length), body])
}

const KEYS = { aes256: noise(32, 'aes256'), aes128: noise(16, 'aes128'), rc4: noise(16, 'rc4') }
const keytab = (...entries: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.of(5, 2), ...entries])
const HOLE = Buffer.concat([u32(-70), Buffer.alloc(70)])

describe('a keytab', () => {
  it('is a candidate as a whole, named by its longest key and how many it has', () => {
    const bytes = keytab(HOLE, entry(17, KEYS.aes128), HOLE, entry(18, KEYS.aes256))
    const whole = keytab(entry(17, KEYS.aes128), HOLE, entry(18, KEYS.aes256))
    const hits = hitsIn(planted(whole, 70, 0))
    assert.deepEqual(
      hits.map(({ kind, form, bits, certainty, offset, length }) => [
        kind,
        form,
        bits,
        certainty,
        offset,
        length,
      ]),
      [['aes', 'keytab', 256, 'candidate', 70, whole.length]],
    )
    assert.match(hits[0]?.proof ?? '', /2 keys/)
    // Where its first entry was deleted, no pattern leads to it.
    assert.deepEqual(hitsIn(bytes), [])
  })

  it('of RC4-HMAC is one too, whatever stands behind it', () => {
    const [hit] = hitsIn(planted(keytab(entry(23, KEYS.rc4)), 71))
    assert.deepEqual([hit?.kind, hit?.bits, hit?.offset], ['hmac', 128, 71])
  })

  it('is none where its key is cut, is no key, or has another length than its type', () => {
    const whole = keytab(entry(18, KEYS.aes256))
    for (const bytes of [
      whole.subarray(0, -8),
      keytab(entry(18, Buffer.alloc(32))),
      keytab(entry(18, KEYS.aes128)),
      keytab(entry(3, KEYS.aes128)),
    ]) {
      assert.deepEqual(hitsIn(bytes), [])
    }
  })
})

const HEAP = 0x5581_0000_0000n

/** A heap with the key of a database in it, and a `krb5_keyblock` that leads there. */
function heapOfKdc(): Buffer {
  const heap = Buffer.alloc(65_536)
  heap.set(KEYS.aes256, 0x4000)
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
    for (const at of [0x6008, 0x6040]) heap.set(KEYS.aes256, at)
    writeFileSync(core, elfCore({ memory: [{ address: HEAP, bytes: heap }] }).bytes)
    const out = path.join(folder, 'kdc.clean')
    await scrubFile(core, { out })
    assert.equal(readFileSync(out).indexOf(KEYS.aes256.subarray(0, 16)), -1)
  })

  it('that is cleared, or leads nowhere, leads to none', async () => {
    const heap = heapOfKdc()
    heap.writeBigUInt64LE(0n, 0x810)
    writeFileSync(core, elfCore({ memory: [{ address: HEAP, bytes: heap }] }).bytes)
    assert.deepEqual((await scanFile(core)).candidates, [])
  })
})
