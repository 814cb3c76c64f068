/** Keys that have nothing of DER, in base64 and hexadecimal digits: keystores of Java, secret keys of OpenPGP. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { UNLIMITED } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { LayerReader } from '../../src/encoded/encoded_layers.ts'
import { isKeyHead } from '../../src/encoded/layer.ts'
import { keysOf } from '../../src/encoded/layer_keys.ts'
import { mayBeEncoded } from '../../src/encoded/letter_layers.ts'
import { type KeyHit, withKey } from '../key_hits.ts'

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255])
const u32 = (value: number): Buffer => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)])

/** A store with one entry: of a private key (1) or a certificate (2), of bytes that stand for either. */
function keystore(magic: number, entry: 1 | 2): Buffer {
  const content = Buffer.alloc(300, Buffer.from([0x5a, 0x81, 7, 0xf3]))
  const body = [u32(content.length), content, ...(entry === 1 ? [u32(0)] : [])]
  const certificate = entry === 2 ? [u16(5), Buffer.from('X.509')] : []
  const name = Buffer.from('a')
  const head = [u32(magic), u32(2), u32(1), u32(entry), u16(name.length), name, Buffer.alloc(8, 3)]
  return Buffer.concat([...head, ...certificate, ...body, Buffer.alloc(20, 0xc4)])
}

/** An OpenPGP secret key of version 4 without a passphrase, made anew. */
function openpgp(): { readonly packet: Buffer; readonly spki: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const oid = Buffer.from('092b06010401da470f01', 'hex')
  const point = Buffer.concat([u16(263), Buffer.from([0x40]), spki.subarray(-32)])
  const bits = BigInt(`0x${seed.toString('hex')}`).toString(2).length
  const secret = Buffer.concat([u16(bits), seed.subarray(32 - Math.ceil(bits / 8))])
  const sum = secret.reduce((total, byte) => total + byte, 0) & 0xffff
  const parts = [
    Buffer.from([4, 0x65, 1, 2, 3, 22]),
    oid,
    point,
    Buffer.from([0]),
    secret,
    u16(sum),
  ]
  const body = Buffer.concat(parts)
  return { packet: Buffer.concat([Buffer.from([0x94, body.length]), body]), spki }
}

/** What a search finds in text with something before and behind it. */
function found(text: string, encoding: BufferEncoding = 'latin1'): KeyHit[] {
  const bytes = Buffer.from(`{"data": {"store": "${text}"}}`, encoding)
  const hits: KeyHit[] = []
  const reader = new LayerReader({ isDeep: false })
  const probe = { budget: UNLIMITED }
  reader.read(
    bytes,
    0,
    bytes.length,
    (encoded) => hits.push(...[...keysOf(encoded, probe)].map(withKey)),
    probe,
  )
  return hits
}

const lines = (text: string): string => text.replaceAll(/.{76}/g, '$&\n')

describe('a keystore of Java', () => {
  for (const [encoding, magic] of [
    ['jks', 0xfe_ed_fe_ed],
    ['jceks', 0xce_ce_ce_ce],
  ] as const) {
    const text = keystore(magic, 1).toString('base64')
    it(`in base64 is reported: ${encoding}`, () => {
      for (const hits of [found(text), found(lines(text)), found(text, 'utf16le')]) {
        assert.deepEqual(
          hits.map((hit) => [hit.encoding, hit.certainty]),
          [[`base64-of-${encoding}`, 'protected']],
        )
      }
      const twice = found(Buffer.from(text).toString('base64'))
      assert.deepEqual(
        twice.map((hit) => hit.encoding),
        [`base64-of-base64-of-${encoding}`],
      )
    })

    it(`that holds certificates alone is nothing: ${encoding}`, () => {
      assert.deepEqual(found(keystore(magic, 2).toString('base64')), [])
    })
  }
})

describe('a secret key of OpenPGP', () => {
  it('in base64 and in digits is verified', () => {
    const { packet, spki } = openpgp()
    const expected = keyIdOf({
      type: 'okp',
      curve: 'Ed25519',
      publicKey: new Uint8Array(spki.subarray(-32)),
      secret: undefined,
    }).spkiSha256
    const texts = [packet.toString('base64'), packet.toString('base64url'), packet.toString('hex')]
    for (const text of [...texts, lines(texts[0] ?? '')]) {
      const [hit, ...more] = found(text)
      assert.deepEqual(more, [])
      assert.equal(hit?.certainty, 'verified')
      assert.match(hit.encoding, /^(?:base64|hex)-of-openpgp-packet$/)
      assert.equal(hit.material && keyIdOf(hit.material).spkiSha256, expected)
    }
  })

  it('has a head that little else has', () => {
    const { packet } = openpgp()
    assert.ok(isKeyHead(packet))
    for (const [at, byte] of [
      [0, 0x98],
      [2, 3],
      [7, 99],
    ] as const) {
      assert.ok(!isKeyHead(packet.with(at, byte)))
    }
    assert.ok(!isKeyHead(packet.subarray(0, 8)))
    assert.ok(!isKeyHead(Buffer.alloc(64)))
  })
})

/** Whether a run of letters that begins so is examined, from an offset within it. */
const isSeen = (text: string): boolean => mayBeEncoded(Buffer.from(`"${text}"`), 21)

describe('letters', () => {
  const rest = createHash('sha512').update('rest').digest()

  for (const [tags, lengths] of [
    [[0x94, 0x9c], ['20']],
    [
      [0x95, 0x9d],
      ['0200', '03c6'],
    ],
    [
      [0xc5, 0xc7],
      ['58', 'c0c6', 'c9ff'],
    ],
  ] as const) {
    for (const tag of tags) {
      it(`of a secret key of OpenPGP are examined: ${tag.toString(16)}`, () => {
        for (const length of lengths) {
          for (const version of [4, 5, 6]) {
            const head = Buffer.concat([
              Buffer.from([tag]),
              Buffer.from(length, 'hex'),
              Buffer.from([version, ...rest.subarray(0, 4), 22]),
              rest,
            ])
            assert.ok(isSeen(head.toString('base64')), `${length} ${version}`)
            assert.ok(isSeen(head.toString('base64url')), `${length} ${version}`)
            const newer = Buffer.from(head)
            newer[1 + length.length / 2] = 7
            assert.ok(!isSeen(newer.toString('base64')), `${length} 7`)
          }
        }
      })
    }
  }
})
