import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { elfCore, readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'java-secrets-'))
after(() => rmSync(folder, { recursive: true }))

const CLASS = { ints: 0x2708, bytes: 0x2318, integer: 0x7_2828 } as const
const LENGTH = 3 << 20
/** A window behind what leads to it, and before. */
const [ARRAY_AT, NUMBER_AT] = [2_500_008, 400_000]

/** Words of four bytes, lowest byte first. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [k, value] of values.entries()) bytes.writeUInt32LE(value, 4 * k)
  return bytes
}

/** {mark, class, length} and the elements; of ints the highest first. */
const arrayOf = (elementClass: number, length: number, elements: Uint8Array): Buffer =>
  Buffer.concat([words(9, 0, elementClass, length), elements])

/** The ints of a number, the highest first, which is not 0, and the lowest byte of each first. */
function intsOf(big: Uint8Array): Buffer {
  const first = big.findIndex((byte) => byte !== 0)
  const used = big.subarray(first)
  return Buffer.concat([Buffer.alloc(-used.length & 3), used]).swap32()
}

/** A `BigInteger` of which only the bits were asked for, and what its reference takes. */
const numberOf = (bits: number, reference: Uint8Array): Buffer =>
  Buffer.concat([words(1, 0, CLASS.integer, 1, 0, bits + 1, 0, 0), reference])

const bitsOf = (big: Uint8Array): number =>
  BigInt(`0x${Buffer.from(big).toString('hex')}`).toString(2).length

/**
 * Memory of a process that computes with numbers of this size: an array after the other, with nothing that
 * distinguishes them.
 */
function heapWith(plants: readonly (readonly [number, Uint8Array])[], elements: number): Buffer {
  const one = 16 + 4 * elements
  const heap = Buffer.from(noise(LENGTH, 'heap'))
  for (let at = 0; at + one <= LENGTH; at += (one + 7) & ~7) {
    heap.set(words(1, 0, CLASS.ints, elements), at)
  }
  for (const [at, bytes] of plants) {
    heap.fill(0, at - 64, at + bytes.length + 64)
    heap.set(bytes, at)
  }
  return heap
}

/** Where in memory, and in which encoding, the secret of a key that is given is found. */
async function offsetsOf(publicKey: KeyObject, heap: Buffer, address: bigint): Promise<string[]> {
  const { bytes, segments } = elfCore({ memory: [{ address, bytes: heap }] })
  const file = path.join(folder, 'core')
  writeFileSync(file, bytes)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const publicKeys = parsePublicKeys(der, 'given').keys
  const { findings } = await scanFile(file, { threads: 1, publicKeys })
  const base = segments[0]?.offset ?? 0
  return findings.map(
    ({ offset, encoding, certainty }) => `${certainty} ${encoding} ${offset - base}`,
  )
}

const secretOf = (key: KeyObject): Buffer =>
  Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')

/** Of how a process refers to what is at an address. */
const REFERENCES = {
  'an address of 4 bytes': { base: 0xf800_0000n, refer: (to: bigint) => words(Number(to), 0) },
  'an eighth of an address': {
    base: 0x7_0000_0000n,
    refer: (to: bigint) => words(Number(to >> 3n), 0),
  },
  'an address with the colours of ZGC behind it': {
    base: 0x40_0000_0000n,
    refer: (to: bigint) => {
      const coloured = (to << 14n) | 0x150n
      return words(Number(coloured & 0xffff_ffffn), Number(coloured >> 32n))
    },
  },
  'an address of 8 bytes': {
    base: 0x7f10_0000_0000n,
    refer: (to: bigint) => words(Number(to & 0xffff_ffffn), Number(to >> 32n)),
  },
} as const

describe('the secret of a curve in a number of the JVM, among thousands of arrays of its size', () => {
  for (const [name, { base, refer }] of Object.entries(REFERENCES)) {
    it(`is found where the number has ${name}`, async () => {
      const { privateKey, publicKey } = readAgain(
        generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      )
      const secret = secretOf(privateKey)
      const ints = intsOf(secret)
      const elements = ints.length / 4
      const array = arrayOf(CLASS.ints, elements, ints)
      const number = numberOf(bitsOf(secret), refer(base + BigInt(ARRAY_AT)))
      const heap = heapWith(
        [
          [ARRAY_AT, array],
          [NUMBER_AT, number],
        ],
        elements,
      )
      const found = `verified java-int-array ${ARRAY_AT + 16}`
      assert.deepEqual(await offsetsOf(publicKey, heap, base), [found])
      heap.fill(0, NUMBER_AT, NUMBER_AT + number.length)
      assert.deepEqual(await offsetsOf(publicKey, heap, base), [], 'nothing leads to it')
    })
  }

  for (const namedCurve of ['P-384', 'P-521']) {
    it(`is found of ${namedCurve}`, async () => {
      const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve }))
      const ints = intsOf(secretOf(privateKey))
      const { base, refer } = REFERENCES['an address of 4 bytes']
      const array = arrayOf(CLASS.ints, ints.length / 4, ints)
      const number = numberOf(bitsOf(secretOf(privateKey)), refer(base + BigInt(ARRAY_AT)))
      const heap = heapWith(
        [
          [ARRAY_AT, array],
          [NUMBER_AT, number],
        ],
        ints.length / 4,
      )
      assert.deepEqual(await offsetsOf(publicKey, heap, base), [
        `verified java-int-array ${ARRAY_AT + 16}`,
      ])
    })
  }
})

/** An OCTET STRING. */
const octets = (secret: Buffer): Buffer => Buffer.concat([Buffer.from([4, secret.length]), secret])

describe('the secret of Ed25519 in an array of the JVM, far from its public half', () => {
  const { base } = REFERENCES['an address of 4 bytes']
  for (const [name, wrap, lead] of [
    ['as it is', (secret: Buffer) => secret, 16],
    ['in the octets of PKCS#8', octets, 18],
  ] as const) {
    it(`is found ${name}`, async () => {
      const { privateKey, publicKey } = readAgain(generateKeyPairSync('ed25519'))
      const bytes = wrap(secretOf(privateKey))
      const heap = heapWith([[ARRAY_AT, arrayOf(CLASS.bytes, bytes.length, bytes)]], 8)
      assert.deepEqual(await offsetsOf(publicKey, heap, base), [
        `verified limbs-le64 ${ARRAY_AT + lead}`,
      ])
    })
  }
})
