import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { Curve } from '@mintmark/keys/material/key_material'
import { readAgain } from '@mintmark/testkit'
import { HEADS, le, Process, pair, words } from './process_world.ts'

interface Ec {
  readonly x: Buffer
  readonly y: Buffer
  readonly d: Buffer
}

function freshEc(curve: Curve): Ec {
  const key = readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey
  const jwk = key.export({ format: 'jwk' })
  const [x, y, d] = [jwk.x, jwk.y, jwk.d].map((text) => Buffer.from(text ?? '', 'base64url'))
  assert.ok(x && y && d)
  return { x, y, d }
}

const hex = (address: bigint): string => `0x${address.toString(16)}`
const changed = (d: Buffer): Buffer =>
  Buffer.concat([d.subarray(0, -1), Buffer.of((d.at(-1) ?? 0) ^ 1)])

/** As NSS lays it out in an arena: each part at a multiple of 8. */
function inArena(identifier: string, { x, y, d }: Ec): Buffer {
  const oid = Buffer.from(identifier, 'hex')
  const parts = [
    Buffer.concat([Buffer.of(6, oid.length), oid]),
    oid,
    d,
    Buffer.concat([Buffer.of(4), x, y]),
  ]
  return Buffer.concat(parts.map((part) => Buffer.concat([part, Buffer.alloc(-part.length & 7)])))
}

for (const [curve, identifier] of [
  ['P-256', '2a8648ce3d030107'],
  ['P-384', '2b81040022'],
  ['P-521', '2b81040023'],
] as const) {
  describe(`an EC key of NSS, ${curve}`, () => {
    const key = freshEc(curve)
    const secretAt = (Math.ceil((identifier.length / 2 + 2) / 8) + 1) * 8

    it('is found before its point', async () => {
      const process = new Process()
      const at = process.put(inArena(identifier, key))
      const found = [['ec', 'limbs-be', key.d.length, hex(at + BigInt(secretAt))]]
      assert.deepEqual(await process.found(`nss-${curve}`), found)
    })

    it('is nothing with the secret of another', async () => {
      const process = new Process()
      process.put(inArena(identifier, { ...key, d: changed(key.d) }))
      assert.deepEqual(await process.found(`no-nss-${curve}`), [])
    })
  })
}

const NUMBER = 1072

/** An `sp_int` of 129 digits, whose bytes are elsewhere as well. */
function spInt(value: bigint, used: number): Buffer {
  const number = Buffer.alloc(NUMBER)
  number.set(words(pair(used, 129), 0n, HEADS + 0x8000n, BigInt(8 * used), 0n))
  number.set(le(value, used), 40)
  return number
}

function eccKey({ x, y, d }: Ec, used: number): Buffer {
  const numbers = [x, y, Buffer.of(1), d].map((bytes, i) =>
    spInt(fromBigEndian(bytes), i === 2 ? 1 : used),
  )
  return Buffer.concat([words(0x1161n, pair(2, 5), 0n, HEADS, 0n, 0n), ...numbers])
}

for (const [curve, used] of [
  ['P-256', 4],
  ['secp256k1', 4],
  ['P-384', 6],
  ['P-521', 9],
] as const) {
  describe(`an ecc_key of wolfSSL, ${curve}`, () => {
    const key = freshEc(curve)

    it('is found behind its point', async () => {
      const process = new Process()
      const at = process.put(eccKey(key, used)) + BigInt(48 + 3 * NUMBER + 40)
      const found = [['ec', 'limbs-le64', key.d.length, hex(at)]]
      assert.deepEqual(await process.found(`wolfssl-${curve}`), found)
    })

    it('is nothing with the secret of another', async () => {
      const process = new Process()
      process.put(eccKey({ ...key, d: changed(key.d) }, used))
      assert.deepEqual(await process.found(`no-wolfssl-${curve}`), [])
    })
  })
}
