/** Files that are key-dense: what is still searched for in them. */
import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { rsaSpki } from '@mintmark/keys/public_half/spki'
import { noise } from '@mintmark/testkit/noise'
import type { Window } from '../../src/anchors/scan_plan.ts'
import { KeyDensity } from '../../src/engine/key_density.ts'
import { roundRobin } from '../../src/engine/sought_keys.ts'
import type { WindowResult } from '../../src/engine/window_result.ts'
import type { LimitCode } from '../../src/report/scan_limits.ts'
import { scanInput } from '../../src/scan_bytes.ts'
import { testKey } from '../known/known_plants.ts'

const MIB = 1 << 20

/** Of four windows of 4 MiB, the bytes that verified keys take in each, and whether some was not examined. */
function isDense(windows: readonly (readonly [verified: number, code: LimitCode])[]): boolean {
  const made = new KeyDensity(16 * MIB)
  for (const [index, [verifiedBytes, code]] of windows.entries()) {
    const [offset, to] = [index * 4 * MIB, 4 * MIB]
    const piece = { begin: 0, from: 0, to, end: to, isAligned: true }
    const window: Window = { offset, length: to, pieces: [piece] }
    const result: WindowResult = {
      rawFindings: [],
      limits: [{ code, name: '', offset }],
      publicKeys: [],
      keys: [],
      possible: [],
      packed: [],
      zeros: [],
      verifiedBytes,
      searched: to,
    }
    made.take(window, result)
  }
  return made.isDense
}

describe('a file is key-dense', () => {
  const [many, few] = [12_000, 8_000]

  it('where those of half of its windows take a 400th, and more was there', () => {
    const [full, other] = [[many, 'anchor-flood'] as const, [few, 'anchor-flood'] as const]
    assert.equal(isDense([full, other, full, other]), true)
    assert.equal(isDense([full, other, other, other]), false)
  })

  it('but not where all were examined', () => {
    assert.equal(isDense(Array.from({ length: 4 }, () => [many, 'search-cut'] as const)), false)
  })

  it('but not where nothing was found', () => {
    assert.equal(new KeyDensity(0).isDense, false)
  })
})

it('round robin: the first of each kind, then the second', () => {
  const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']
  const turns = roundRobin(all, ([kind = '']) => kind)
  assert.deepEqual(turns, ['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

/** Keys on P-256 as JWK, all different. */
function ecKeys(length: number): Buffer {
  const ecdh = createECDH('prime256v1')
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    ecdh.generateKeys()
    const point = ecdh.getPublicKey()
    const [x, y] = [point.subarray(1, 33), point.subarray(33)]
    const [d, ...xy] = [toBigEndian(BigInt(`0x${ecdh.getPrivateKey('hex')}`), 32), x, y].map(
      (number) => number.toString('base64url'),
    )
    at += bytes.write(JSON.stringify({ kty: 'EC', crv: 'P-256', x: xy[0], y: xy[1], d }), at)
  }
  return bytes
}

const folder = mkdtempSync(join(tmpdir(), 'mintmark-made-of-keys-'))
after(() => rmSync(folder, { recursive: true }))

it('a factor of another kind of key is found amid keys that a file is made of', async () => {
  const { n, e, p } = testKey(2048)
  const spki = rsaSpki({ n, e })
  const prime = Uint8Array.from(toBigEndian(p, 128)).toReversed()
  const size = 4 * MIB
  const before = Buffer.concat([ecKeys(size), noise(4096, 'a'), spki, noise(4096, 'b')])
  const aligned = Buffer.concat([before, Buffer.alloc(64 - (before.length % 16))])
  const path = join(folder, 'keys')
  const behind = Buffer.concat([Buffer.alloc(64), noise(4096, 'c'), ecKeys(size)])
  writeFileSync(path, Buffer.concat([aligned, prime, behind]))
  const { findings, limits } = await scanInput({ kind: 'file', path }, 'keys')
  const here = findings.filter(({ offset }) => offset === aligned.length)
  assert.deepEqual(
    here.map(({ kind, bits, encoding }) => [kind, bits, encoding]),
    [['rsa', 2048, 'limbs-le64']],
  )
  const codes = limits.map(({ code, facts }) => `${code} ${facts['anchor'] ?? ''}`)
  assert.ok(codes.includes('many-keys '), codes.join())
  assert.ok(codes.includes('many-hits keys'), codes.join())
})
