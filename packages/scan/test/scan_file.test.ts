import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import type { Key } from '@mintmark/keys/material/key'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { type BuiltDump, elfCore, readAgain } from '@mintmark/testkit'
import { WINDOW_BYTES } from '../src/anchors/scan_plan.ts'
import { scanFile } from '../src/scan_file.ts'
import { expandKey } from '../src/schedules/aes_words.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'scan-'))
after(() => rmSync(folder, { recursive: true }))

function fileOf(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

const { privateKey: rsa, publicKey } = readAgain(
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
)
const der = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
const pem = (key: KeyObject) => Buffer.from(key.export({ format: 'pem', type: 'pkcs8' }).toString())
const schedule = (key: Uint8Array) => new Uint8Array(expandKey(key).buffer)
const aesKey = (seed: number) =>
  new Uint8Array(createHash('sha256').update(`test key ${seed}`).digest())

/** Bytes that look like memory: a zero in every four, as small numbers have. No key is in them. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  for (let i = 0, x = 0x2545f491; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x & 0x00ff_ffff
  }
  return bytes
}

describe('a key across the border of two windows', () => {
  const bytes = noise(3 * WINDOW_BYTES)
  const key = der(rsa)
  const offsets = [WINDOW_BYTES - 600, 2 * WINDOW_BYTES - 4]
  for (const at of offsets) bytes.set(key, at)
  const schedules = [WINDOW_BYTES + 5000 - 240, 2 * WINDOW_BYTES - 10_100].map((at) => at & ~3)
  for (const [i, at] of schedules.entries()) bytes.set(schedule(aesKey(i)), at)

  for (const threads of [1, 2]) {
    it(`is found once with ${threads} threads`, async () => {
      const report = await scanFile(fileOf('border', bytes), { threads })
      const found = report.findings.map(({ offset, encoding, copies }) => [
        offset,
        encoding,
        copies,
      ])
      assert.deepEqual(found, [
        [offsets[0], 'pkcs8-der', 2],
        [schedules[0], 'aes-schedule-enc', 1],
        [schedules[1], 'aes-schedule-enc', 1],
        [offsets[1], 'pkcs8-der', 2],
      ])
      assert.deepEqual(report.unverified, [])
      assert.equal(report.scannedBytes, bytes.length)
    })
  }
})

it('many threads give what one gives', async () => {
  const bytes = noise(6 * WINDOW_BYTES)
  for (let i = 0; i < 64; i++) {
    const at = (i * 390_037) & ~3
    bytes.set(i % 3 === 0 ? pem(rsa) : i % 3 === 1 ? der(rsa) : schedule(aesKey(i)), at)
  }
  const file = fileOf('many', bytes)
  const progress: number[] = []
  const one = await scanFile(file, { threads: 1 })
  const four = await scanFile(file, {
    threads: 3,
    onProgress: ({ doneBytes, totalBytes }) => {
      assert.equal(totalBytes, 2 * bytes.length)
      progress.push(doneBytes)
    },
  })
  assert.equal(one.findings.length, 64)
  // What is cut short of a search in noise depends on which thread had what before.
  assert.deepEqual({ ...four, limits: [] }, { ...one, limits: [] })
  assert.equal(progress.at(-1), 2 * bytes.length)
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  )
})

it('leaves zeros out of later passes, and finds what is beside them', async () => {
  const bytes = new Uint8Array(5 * WINDOW_BYTES)
  const { p = '' } = rsa.export({ format: 'jwk' })
  const prime = Uint8Array.from(Buffer.from(p, 'base64url')).toReversed()
  const offsets = [
    0x1_0000,
    WINDOW_BYTES - 64,
    2 * WINDOW_BYTES + 0x1000,
    bytes.length - prime.length,
  ]
  for (const at of offsets) bytes.set(prime, at)
  const spki = Buffer.from(publicKey.export({ format: 'pem', type: 'spki' }))
  const publicKeys = parsePublicKeys(spki, 'key').keys
  const progress: number[] = []
  const { findings } = await scanFile(fileOf('zeros', bytes), {
    publicKeys,
    threads: 1,
    onProgress: ({ doneBytes }) => progress.push(doneBytes),
  })
  assert.deepEqual(
    findings.map(({ offset }) => offset),
    offsets,
  )
  const total = 2 * bytes.length
  assert.equal(progress.at(-1), total)
  const inSecond = progress.filter((done) => done > bytes.length && done < total)
  assert.ok(inSecond.length > 0 && Math.max(...inSecond) < 1.1 * bytes.length)
})

function coreWithKeys(): BuiltDump {
  const heap = noise(20_000)
  heap.set(pem(rsa), 1234)
  heap.set(schedule(aesKey(1)), 8000)
  heap.set(schedule(aesKey(1)), 16_000)
  return elfCore({
    memory: [
      { address: 0x7000n, bytes: noise(4096) },
      { address: 0x10000n, bytes: heap },
    ],
    files: [{ from: 0x10000n, to: 0x20000n, path: '/usr/bin/victim' }],
  })
}

describe('a finding', () => {
  const core = coreWithKeys()

  it('has its address, its owner, its key id and its copies', async () => {
    const report = await scanFile(fileOf('core', core.bytes))
    const start = core.segments[1]?.offset ?? 0
    const reported = report.findings.map(({ offset, address, owner, copies }) => ({
      offset: offset - start,
      address,
      owner: owner?.name,
      copies,
    }))
    assert.equal(report.container, 'elf-core')
    assert.deepEqual(reported, [
      { offset: 1234, address: '0x104d2', owner: '/usr/bin/victim', copies: 1 },
      { offset: 8000, address: '0x11f40', owner: '/usr/bin/victim', copies: 2 },
      { offset: 16_000, address: '0x13e80', owner: '/usr/bin/victim', copies: 2 },
    ])
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    assert.equal(
      report.findings[0]?.keyId?.spkiSha256,
      createHash('sha256').update(spki).digest('hex'),
    )
  })

  it('holds no bytes of the key, in any spelling', async () => {
    const report = JSON.stringify(await scanFile(fileOf('core', core.bytes)))
    const secrets = [aesKey(1), der(rsa).subarray(300, 340)]
    for (const secret of secrets) {
      for (const spelling of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        assert.ok(!report.includes(Buffer.from(secret).toString(spelling).slice(0, 20)))
      }
    }
  })
})

it('hits come with their material inside this process, for what erases it', async () => {
  const found: KeyMaterial[] = []
  const onMaterial = ({ material }: Key): void => {
    if (material !== undefined) found.push(material)
  }
  await scanFile(fileOf('core', coreWithKeys().bytes), { onMaterial })
  const aes = found.filter(({ type }) => type === 'aes')
  assert.equal(aes.length, 1)
  for (const material of aes) {
    assert.ok(material.type === 'aes')
    assert.deepEqual(Buffer.from(material.secret), Buffer.from(aesKey(1)))
  }
  assert.ok(found.some(({ type }) => type === 'rsa'))
})

it('what cannot be opened is refused with INPUT_UNREADABLE', async () => {
  for (const file of [path.join(folder, 'missing'), folder]) {
    await assert.rejects(scanFile(file), (error) => {
      return error instanceof MintmarkError && error.code === 'INPUT_UNREADABLE'
    })
  }
})

it('what a thread that cannot work was given is searched by another', async () => {
  const windows = 6
  const file = fileOf('vanishing', noise(windows * WINDOW_BYTES))
  const scan = scanFile(file, { threads: 2 })
  // The file is open in this thread by now, and no other has opened it.
  rmSync(file)
  const { limits, scannedBytes } = await scan
  assert.deepEqual([limits, scannedBytes], [[], windows * WINDOW_BYTES])
})

it('an empty file has nothing, and one byte has nothing', async () => {
  for (const length of [0, 1, 15, 16, 17]) {
    const report = await scanFile(fileOf('tiny', new Uint8Array(length)))
    assert.equal(report.scannedBytes, length)
    assert.deepEqual(
      [report.findings, report.unverified, report.protected, report.limits],
      [[], [], [], []],
    )
  }
})

const REAL = path.resolve(import.meta.dirname, '../../../../shared/data/dumps')
const missing = existsSync(REAL) ? false : 'no shared data beside the repository'
describe('real material', { skip: missing }, () => {
  const binaries = 'radare2-testbins/other'
  for (const { file, expected } of [
    { file: `${binaries}/aes.dump`, expected: [[0x1e, 256, 'self-test']] },
    { file: `${binaries}/aes2.dump`, expected: [[0x21c, 256, 'self-test']] },
    { file: `${binaries}/aes_192.dump`, expected: [[0xfa, 192, 'self-test']] },
    { file: `${binaries}/rsa-private-4096.key`, expected: [[0x0d, 4096, undefined]] },
    { file: `${binaries}/ed448-private.key`, expected: [[0xf5, 456, undefined]] },
    {
      file: 'bulk_extractor/src/tests/ram_2pages.bin',
      expected: [
        [496, 128, undefined],
        [1120, 128, undefined],
        [7008, 256, undefined],
        [7304, 256, 'self-test'],
      ],
    },
  ]) {
    it(`${file} gives exactly what its project expects`, async () => {
      const { findings, unverified } = await scanFile(path.join(REAL, file))
      assert.deepEqual(
        findings.map(({ offset, bits, note }) => [offset, bits, note]),
        expected,
      )
      assert.deepEqual(unverified, [])
    })
  }

  /** First bytes of the keys that the projects name: `test_be2.cpp` and `cmd_search_crypto`. */
  const keys = {
    'bulk_extractor/src/tests/ram_2pages.bin': {
      496: 'a26e0e4c',
      1120: 'dcd20518',
      7008: '0923e04d',
      7304: '00010203',
    },
    [`${binaries}/aes.dump`]: { 30: '00'.repeat(32) },
    [`${binaries}/aes_192.dump`]: { 250: '000102030405060708090a0b0c0d0e0f1011121314151617' },
    // radare2 prints the first round key; this is the key that it comes from.
  }
  for (const [file, expected] of Object.entries(keys)) {
    it(`${file} gives the keys that its project names`, async () => {
      // One thread gives them in order of offset.
      const wanted: readonly string[] = Object.values(expected)
      const found: string[] = []
      await scanFile(path.join(REAL, file), {
        onMaterial: ({ material }) => {
          assert.ok(material !== undefined && 'secret' in material && material.secret !== undefined)
          const { length } = wanted[found.length] ?? ''
          found.push(Buffer.from(material.secret).toString('hex').slice(0, length))
        },
      })
      assert.deepEqual(found, wanted)
    })
  }
})

it('what is searched and holes are the whole of a sparse file', async (context) => {
  const bytes = noise(WINDOW_BYTES)
  const file = fileOf('sparse', bytes)
  const size = 5 * WINDOW_BYTES
  truncateSync(file, size)
  if (512 * statSync(file).blocks >= size) return context.skip('files have no holes here')
  const { scannedBytes, holeBytes } = await scanFile(file)
  assert.deepEqual([scannedBytes, holeBytes], [bytes.length, size - bytes.length])
})

it('a file that is written to while it is searched says so', async () => {
  const file = path.join(folder, 'growing')
  writeFileSync(file, Buffer.alloc(1 << 20, 'a line of a log\n'))
  let isWritten = false
  const { limits } = await scanFile(file, {
    onProgress: () => {
      if (!isWritten) appendFileSync(file, 'one more line\n')
      isWritten = true
    },
  })
  assert.deepEqual(
    limits.map(({ code }) => code),
    ['changed'],
  )
})
