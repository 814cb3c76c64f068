import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noise } from '@mintmark/testkit/noise'
import { hitsIn, planted } from './binary_hits.ts'

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
