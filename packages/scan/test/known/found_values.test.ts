/** A key that shows itself at one offset is found wherever else a value of it is. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, it } from 'node:test'
import { fromBigEndian, toShortestBytes } from '@mintmark/keys/arithmetic/modular'
import { readAgain } from '@mintmark/testkit'
import { WINDOW_BYTES } from '../../src/anchors/scan_plan.ts'
import type { ScanReport } from '../../src/report/report.ts'
import { scanFile } from '../../src/scan_file.ts'
import { expandKey } from '../../src/schedules/aes_words.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'found-values-'))
after(() => rmSync(folder, { recursive: true }))

/** In another window than what is at the begin, and out of its reach. */
const FAR = WINDOW_BYTES + 100_000

/** An offset may be shown by more than one factor leak: which one is reported depends on how far each thread's samples go. */
const unverified = ({ findings, ...report }: ScanReport) => ({
  ...report,
  findings: findings.map((finding) => ({ ...finding, verification: '' })),
})

/** Offset, encoding and note of what is found in a file that holds these bytes, with one thread and with two. */
async function found(name: string, parts: Readonly<Record<number, Uint8Array>>) {
  const file = path.join(folder, name)
  const bytes = Buffer.alloc(FAR + 100_000, 0x2e)
  for (const [at, part] of Object.entries(parts)) bytes.set(part, Number(at))
  writeFileSync(file, bytes)
  const [one, two] = [await scanFile(file, { threads: 1 }), await scanFile(file, { threads: 2 })]
  assert.deepEqual(unverified(two), unverified(one))
  return one.findings.map(({ offset, encoding, note }) => [offset, encoding, note])
}

const der = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' })
const member = (key: KeyObject, name: 'd' | 'dq') =>
  Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url')
const hexOf = (bytes: Buffer) => Buffer.from(bytes.toString('hex'))
const schedule = (key: Buffer) => new Uint8Array(expandKey(key).buffer)

it('a scalar, a seed and a CRT exponent, where nothing else shows them', async () => {
  const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey
  const ed = readAgain(generateKeyPairSync('ed25519')).privateKey
  const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey
  const places = await found('far', {
    1000: der(ec),
    2000: der(ed),
    3000: der(rsa),
    [FAR]: member(ec, 'd').toReversed(),
    [FAR + 1000]: member(ed, 'd'),
    [FAR + 2001]: hexOf(member(ed, 'd')),
    [FAR + 3000]: member(rsa, 'dq').toReversed(),
  })
  assert.deepEqual(places, [
    [1000, 'pkcs8-der', undefined],
    [2000, 'pkcs8-der', undefined],
    [3000, 'pkcs8-der', undefined],
    [FAR, 'limbs-le64', undefined],
    [FAR + 1000, 'limbs-le64', undefined],
    [FAR + 2001, 'hex-le', undefined],
    [FAR + 3000, 'limbs-le64', undefined],
  ])
})

it('the bare AES key of a schedule', async () => {
  const key = randomBytes(16)
  const places = await found('raw', { 1000: schedule(key), [FAR]: key, [FAR + 500]: hexOf(key) })
  assert.deepEqual(places, [
    [1000, 'aes-schedule-enc', undefined],
    [FAR, 'limbs-be', undefined],
    [FAR + 500, 'hex', undefined],
  ])
})

it('the state of a random generator, by which its schedule is named', async () => {
  const key = randomBytes(32)
  const state = Buffer.concat([Buffer.from([32, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), key])
  assert.deepEqual(await found('generator', { 1000: schedule(key), [FAR]: state }), [
    [1000, 'aes-schedule-enc', 'drbg'],
    [FAR + 12, 'limbs-be', 'drbg'],
  ])
})

it('copies of a value beyond what a window may have are counted', async () => {
  const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 })).privateKey
  const value = Uint8Array.from(member(rsa, 'dq')).toReversed()
  const copies = 6000
  const bytes = Buffer.alloc(WINDOW_BYTES, 0x2e)
  bytes.set(der(rsa), 1000)
  for (let i = 0; i < copies; i++) bytes.set(value, 10_000 + 80 * i)
  const file = path.join(folder, 'many')
  writeFileSync(file, bytes)
  const { findings, limits } = await scanFile(file)
  const reported = findings.filter(({ offset }) => offset >= 10_000)
  const limit = limits.find(({ code }) => code === 'many-hits')
  assert.ok(reported.length >= 900 && limit !== undefined)
  assert.equal(limit.facts['anchor'], 'verified locations')
  assert.equal(reported.length + Number(limit.facts['count']), copies)
})

it('an exponent above the modulus, as it may be in a key that is valid all the same', async () => {
  const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 })).privateKey
  const jwk = rsa.export({ format: 'jwk' })
  const number = (name: 'd' | 'p' | 'q') => fromBigEndian(Buffer.from(jwk[name] ?? '', 'base64url'))
  const d = number('d') + (((number('p') - 1n) * (number('q') - 1n)) << 20n)
  const wide = toShortestBytes(d)
  const text = JSON.stringify({ ...jwk, d: wide.toString('base64url') })
  const places = await found('wide', { 1000: Buffer.from(text), [FAR]: wide.toReversed() })
  assert.deepEqual(places, [
    [1000, 'jwk', undefined],
    [FAR, 'limbs-le64', undefined],
  ])
})
