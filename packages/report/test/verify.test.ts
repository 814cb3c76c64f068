import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isWhole, readSigningKey, verifyReport } from '@mintmark/report'
import { sealedFolder } from '../src/sealed/folder.ts'
import { publicPem } from '../src/sealed/signature.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-verify-'))
after(() => rmSync(root, { recursive: true, force: true }))

const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const ed25519 = () => generateKeyPairSync('ed25519').privateKey
const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
let made = 0

/** A folder as a report's is, with two files. */
async function written(key?: KeyObject): Promise<string> {
  const place = join(root, `report-${made++}`)
  await sealedFolder(place, { signingKey: key }, async (folder) => {
    await folder.write('report.json', ['{}\n'])
    await folder.write('messages.csv', ['mailbox\r\n', '"ada"\r\n'])
  })
  return place
}

const statesOf = async (place: string) =>
  Object.fromEntries((await verifyReport(place)).files.map(({ name, state }) => [name, state]))

const CHANGES: readonly {
  readonly name: string
  readonly change: (place: string) => void
  readonly states: Readonly<Record<string, string>>
}[] = [
  {
    name: 'a file that is longer',
    change: (place) => appendFileSync(join(place, 'report.json'), ' '),
    states: { 'report.json': 'changed', 'messages.csv': 'whole' },
  },
  {
    name: 'a file that is gone',
    change: (place) => unlinkSync(join(place, 'messages.csv')),
    states: { 'report.json': 'whole', 'messages.csv': 'missing' },
  },
  {
    name: 'a file that was not written with it',
    change: (place) => writeFileSync(join(place, 'more.html'), ''),
    states: { 'report.json': 'whole', 'messages.csv': 'whole', 'more.html': 'unlisted' },
  },
  {
    name: 'a link in place of a file, though it leads to the same bytes',
    change: (place) => {
      renameSync(join(place, 'report.json'), join(root, 'moved.json'))
      symlinkSync(join(root, 'moved.json'), join(place, 'report.json'))
    },
    states: { 'report.json': 'changed', 'messages.csv': 'whole' },
  },
]

describe('a report', () => {
  it('is whole as it was written', async () => {
    const verified = await verifyReport(await written())
    assert.deepEqual(verified.signature, 'none')
    assert.ok(isWhole(verified, false))
    assert.ok(!isWhole(verified, true))
  })

  for (const { name, change, states } of CHANGES)
    it(`is not as written: ${name}`, async () => {
      const place = await written()
      change(place)
      assert.deepEqual(await statesOf(place), states)
      assert.ok(!isWhole(await verifyReport(place), false))
    })

  const manifests = [
    { name: 'empty', text: '' },
    { name: 'a path that leads out', text: `${'0'.repeat(64)}  ../secret\n` },
    { name: 'a hidden file', text: `${'0'.repeat(64)}  .profile\n` },
    { name: 'cut', text: `${'0'.repeat(64)}  report.json` },
    { name: 'one name twice', text: `${'0'.repeat(64)}  a\n`.repeat(2) },
    { name: 'too long', text: `${'0'.repeat(64)}  a\n`.repeat(20_000) },
  ]
  for (const { name, text } of manifests)
    it(`has no MANIFEST that can be read: ${name}`, async () => {
      const place = await written()
      writeFileSync(join(place, 'MANIFEST'), text)
      await assert.rejects(verifyReport(place), { code: 'INPUT_INVALID' })
    })

  it('is no folder without a MANIFEST', async () => {
    await assert.rejects(verifyReport(join(root, 'none')), { code: 'INPUT_UNREADABLE' })
  })
})

describe('a signature', () => {
  for (const [name, make] of [
    ['Ed25519', ed25519],
    ['ECDSA', ec],
  ] as const) {
    it(`of ${name} is good by its key, unknown without it, and bad by another`, async () => {
      const key = make()
      const place = await written(key)
      const given = await verifyReport(place, publicPem(key))
      assert.equal(given.signature, 'good')
      assert.ok(isWhole(given, true))
      assert.equal((await verifyReport(place)).signature, 'unknown-key')
      const other = await verifyReport(place, publicPem(make()))
      assert.equal(other.signature, 'bad')
      assert.ok(!isWhole(other, true))
    })

    it(`of ${name} is bad once the MANIFEST is another`, async () => {
      const key = make()
      const place = await written(key)
      const stranger = await written(make())
      renameSync(join(stranger, 'MANIFEST.sig'), join(place, 'MANIFEST.sig'))
      const verified = await verifyReport(place)
      assert.equal(verified.signature, 'bad')
      assert.ok(!isWhole(verified, false))
    })
  }

  it('is bad without a key to check it by', async () => {
    const place = await written(ed25519())
    writeFileSync(join(place, 'MANIFEST.pub'), 'no key')
    assert.equal((await verifyReport(place)).signature, 'bad')
  })
})

describe('a key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const enciphered = ed25519()
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString()
  const unfit = [
    { name: 'RSA', pem: privatePem(rsa) },
    { name: 'enciphered', pem: enciphered },
    { name: 'public', pem: publicPem(ed25519()) },
    { name: 'none', pem: 'hello' },
  ]
  for (const { name, pem } of unfit)
    it(`to sign with is refused without a word of it: ${name}`, () => {
      assert.throws(
        () => readSigningKey(pem),
        (error) => {
          assert.ok(error instanceof Error && 'code' in error)
          assert.equal(error.code, 'INPUT_INVALID')
          assert.ok(!pem.split('\n').some((line) => line !== '' && error.message.includes(line)))
          assert.equal(error.cause, undefined)
          return true
        },
      )
    })

  it('to check with is not a private one', async () => {
    const key = ed25519()
    await assert.rejects(verifyReport(await written(key), privatePem(key)), {
      code: 'INPUT_INVALID',
    })
  })
})
