import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import { noise } from '@mintmark/testkit/noise'
import {
  armoured,
  certificateOf,
  ED25519,
  idOf,
  jwkOf,
  member,
  P256,
  P521,
  type Pair,
  pemOf,
  RSA,
  RSA_4096,
  spkiOf,
  sshEcBlob,
  sshEdBlob,
  sshRsaBlob,
  withoutOpenssl,
} from '@mintmark/testkit/public_key_world'
import { planWindows } from '../../src/anchors/scan_plan.ts'
import { scannerFor } from '../../src/engine/scanner_task.ts'
import { type KeySeen, searchWindow } from '../../src/engine/window_result.ts'

const scanner = scannerFor({ kind: 'encodings', isDeep: false })

/** The public keys that the first pass learns from `bytes`, `before` bytes from the begin of a dump. */
function harvested(bytes: Uint8Array, before: number): readonly KeySeen[] {
  const dump = Buffer.concat([noise(before, 'before'), bytes, noise(700, 'behind')])
  const [window] = planWindows([{ offset: 0, length: dump.length, isAligned: true }])
  assert.ok(window)
  const result = searchWindow(scanner, bytesSource(dump), window, new Uint8Array(32))
  assert.deepEqual(result.rawFindings, [])
  return result.publicKeys
}

const idsOf = (keys: readonly KeySeen[]) => keys.map(({ key }) => key.keyId.spkiSha256)
const line = (blob: Buffer): Buffer =>
  Buffer.from(`${blob.subarray(4, 4 + blob.readUInt32BE(0)).toString()} ${blob.toString('base64')}`)
const pkcs1 = (pair: Pair): Buffer => pair.publicKey.export({ type: 'pkcs1', format: 'der' })

function u32(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length)
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, 4 * i)
  return bytes
}

function lengthWord(value: number): Buffer {
  return Buffer.concat([u32(value), Buffer.alloc(4)])
}

/** BCRYPT_RSAPUBLIC_BLOB. */
function cng(pair: Pair): Buffer {
  const n = member(pair, 'n')
  const header = u32(n.length * 8, 3, n.length, 0, 0)
  return Buffer.concat([Buffer.from('RSA1'), header, member(pair, 'e'), n])
}

/** PUBLICKEYBLOB, numbers lowest byte first. */
function capi(pair: Pair): Buffer {
  const n = member(pair, 'n')
  const head = Buffer.from('0602000000a40000', 'hex')
  return Buffer.concat([head, Buffer.from('RSA1'), u32(n.length * 8, 65_537), n.toReversed()])
}

/** libgcrypt's tokens of n. */
function libgcrypt(pair: Pair): Buffer {
  const n = Buffer.concat([Buffer.alloc(1), member(pair, 'n')])
  const length = Buffer.from([n.length & 255, n.length >> 8])
  return Buffer.concat([Buffer.from('030101006e01', 'hex'), length, n, Buffer.from([4])])
}

/** The address of an onion service with this key, the plain way. */
function onion(pair: Pair): string {
  const [key, version] = [member(pair, 'x'), Buffer.from([3])]
  const hash = createHash('sha3-256').update('.onion checksum').update(key).update(version).digest()
  const bytes = Buffer.concat([key, hash.subarray(0, 2), version])
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = (bits.match(/.{5}/g) ?? []).map((group) => Number.parseInt(group, 2))
  return groups.map((index) => 'abcdefghijklmnopqrstuvwxyz234567'[index]).join('')
}

const ENCODINGS: readonly { readonly name: string; readonly pair: Pair; readonly bytes: Buffer }[] =
  [
    ...[RSA, RSA_4096, P256, P521, ED25519].flatMap((pair, i) => [
      { name: `SPKI ${i}`, pair, bytes: spkiOf(pair) },
      { name: `SPKI in PEM ${i}`, pair, bytes: Buffer.from(pemOf(pair)) },
      {
        name: `JWKS ${i}`,
        pair,
        bytes: Buffer.from(JSON.stringify({ keys: [jwkOf(pair, { use: 'sig' })] })),
      },
      {
        name: `JWK over lines ${i}`,
        pair,
        bytes: Buffer.from(JSON.stringify(jwkOf(pair), null, 2)),
      },
    ]),
    { name: 'RSAPublicKey', pair: RSA, bytes: pkcs1(RSA) },
    {
      name: 'RSA PUBLIC KEY',
      pair: RSA,
      bytes: Buffer.from(armoured('RSA PUBLIC KEY', pkcs1(RSA))),
    },
    { name: 'ssh-rsa blob', pair: RSA, bytes: sshRsaBlob(RSA) },
    { name: 'ecdsa blob', pair: P256, bytes: sshEcBlob(P256, 'nistp256') },
    { name: 'ssh-ed25519 blob', pair: ED25519, bytes: sshEdBlob(ED25519) },
    { name: 'ssh-rsa line', pair: RSA, bytes: line(sshRsaBlob(RSA)) },
    { name: 'ecdsa line', pair: P521, bytes: line(sshEcBlob(P521, 'nistp521')) },
    { name: 'ssh-ed25519 line', pair: ED25519, bytes: line(sshEdBlob(ED25519)) },
    { name: 'CNG blob', pair: RSA, bytes: cng(RSA) },
    { name: 'CAPI blob', pair: RSA_4096, bytes: capi(RSA_4096) },
    { name: 'libgcrypt', pair: RSA, bytes: libgcrypt(RSA) },
    { name: 'onion address', pair: ED25519, bytes: Buffer.from(`${onion(ED25519)}.onion`) },
    { name: 'onion label', pair: ED25519, bytes: Buffer.from(`onion="${onion(ED25519)}"`) },
  ]

describe('a public key is harvested at every alignment', () => {
  for (const { name, pair, bytes } of ENCODINGS) {
    it(name, () => {
      for (const before of [640, 641, 642, 643, 645, 647]) {
        const found = harvested(bytes, before)
        assert.ok(idsOf(found).includes(idOf(pair)), `at ${before}`)
        for (const { isBare } of found) assert.equal(isBare, false)
      }
    })
  }
})

it('an onion address is a key only where its checksum is right', () => {
  // The Tor Project's own.
  const address = '2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion'
  assert.equal(harvested(Buffer.from(`http://${address}/`), 640).length, 1)
  const other = address.replace('2g', '2h')
  assert.equal(harvested(Buffer.from(`http://${other}/`), 640).length, 0)
})

const gap = Buffer.from('3100000000000000', 'hex')
const zeros = Buffer.alloc(8)
const short = Buffer.from('010001', 'hex')

describe('a bare modulus is harvested right beside its exponent', () => {
  for (const pair of [RSA, RSA_4096]) {
    const n = member(pair, 'n')
    const upper = Buffer.alloc(1)
    const big = { before: [gap, n], behind: [n, gap] }
    const cases = {
      'e of three bytes right behind it': [...big.before, short, zeros],
      'e of four bytes right behind it': [...big.before, upper, short, zeros],
      'e of four bytes right behind it, and another word': [
        ...big.before,
        upper,
        short,
        zeros.subarray(4),
        noise(8, 'more'),
      ],
      'e of four bytes, lowest first, right behind it': [...big.before, short, upper, zeros],
      'e and its length right behind it': [...big.before, u32(3).swap32(), short, zeros],
      'e of three bytes right before it': [zeros, short, ...big.behind],
      'e of four bytes right before it': [zeros, upper, short, ...big.behind],
      'e of four bytes right before it, and lowest byte first': [
        zeros,
        short,
        upper,
        n.toReversed(),
        gap,
      ],
    }
    for (const [name, parts] of Object.entries(cases)) {
      it(`${n.length * 8} bits, ${name}, at any offset`, () => {
        for (const before of [640, 643, 645]) {
          const found = harvested(Buffer.concat(parts), before)
          // Read in the other order some look like moduli too.
          assert.ok(idsOf(found).includes(idOf(pair)))
          assert.ok(found.every(({ isBare }) => isBare))
        }
      })
    }
  }
})

describe('a bare modulus is harvested beside its exponent', () => {
  const exponent = Buffer.from('0100010000000000', 'hex')
  for (const pair of [RSA, RSA_4096]) {
    const n = member(pair, 'n')
    const bits = n.length * 8
    const counted = Buffer.alloc(8)
    counted.writeUInt32LE(n.length / 4, 4)
    const cases = {
      'lowest byte first, before e': [gap, n.toReversed(), gap, exponent, gap],
      'lowest byte first, behind e': [gap, exponent, gap, n.toReversed(), gap],
      "in Java's int[], before e": [counted, Buffer.from(n).swap32(), gap, exponent, gap],
      'highest byte first, before e': [gap, n, gap, exponent.toReversed(), gap],
      'highest byte first, behind e': [gap, exponent.toReversed(), gap, n, gap],
      'in arrays of .NET': [
        lengthWord(3),
        exponent,
        noise(8, 'type'),
        lengthWord(n.length),
        n,
        noise(8, 'type'),
      ],
      'in arrays of Mono': [
        lengthWord(3),
        exponent,
        noise(8, 'type'),
        Buffer.alloc(16),
        lengthWord(n.length),
        n,
      ],
    }
    for (const [name, parts] of Object.entries(cases)) {
      it(`${bits} bits, ${name}`, () => {
        const found = harvested(Buffer.concat(parts), 640)
        assert.deepEqual([idsOf(found), found[0]?.isBare], [[idOf(pair)], true])
      })
    }
  }

  it('and not without a boundary, nor where it is no number that can be one', () => {
    const n = member(RSA, 'n')
    const even = Buffer.from(n)
    even[255] = (even[255] ?? 0) & 0xfe
    for (const parts of [
      [noise(8, 'a'), n.toReversed(), noise(8, 'b'), exponent],
      [gap, even.toReversed(), gap, exponent],
      [gap, Buffer.alloc(256, 'text in a row '), gap, exponent],
      [noise(8, 'a'), n, short, zeros],
      [zeros, short, n, noise(8, 'b')],
      [lengthWord(3), exponent, noise(8, 'type'), lengthWord(255), n],
      [lengthWord(4), exponent, noise(8, 'type'), lengthWord(256), n, noise(8, 'type')],
      [lengthWord(3), exponent, noise(8, 'type'), lengthWord(256), even, noise(8, 'type')],
    ]) {
      assert.deepEqual(harvested(Buffer.concat(parts), 640), [])
    }
  })
})

describe('a certificate is harvested with its subject', { skip: withoutOpenssl }, () => {
  for (const [name, pair] of [
    ['RSA', RSA],
    ['P-256', P256],
    ['Ed25519', ED25519],
  ] as const) {
    it(`of ${name}, in DER and PEM`, () => {
      const der = certificateOf(pair, `/O=Mintmark/CN=${name}`)
      for (const bytes of [der, Buffer.from(armoured('CERTIFICATE', der))]) {
        const found = harvested(bytes, 701)
        assert.deepEqual(
          found.map(({ key }) => [key.keyId.spkiSha256, key.keyId.subject]),
          [[idOf(pair), `O=Mintmark, CN=${name}`]],
        )
      }
    })
  }
})

it('what is damaged or cut gives no key', () => {
  const jwk = JSON.stringify(jwkOf(P256)).replace(/"y":"../, '"y":"AA')
  const spki = spkiOf(P256)
  spki[40] = (spki[40] ?? 0) ^ 1
  for (const bytes of [Buffer.from(jwk), spki, spkiOf(RSA).subarray(0, 200)]) {
    assert.deepEqual(harvested(bytes, 640), [])
  }
})
