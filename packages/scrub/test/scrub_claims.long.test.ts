/** What keeps an output from being clean though nothing of a key is left in it: threat-model-dumps.md, S11 and S12. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { expandKey } from '@mintmark/scan/schedules/aes_words'
import { readAgain } from '@mintmark/testkit'
import { scrubFile } from '../src/scrub_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-claims-'))
after(() => rmSync(folder, { recursive: true }))

it('a cut search for a given key is not clean, unless a cut is accepted', async () => {
  const { publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-384' }))
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  // Around each copy of the public half every offset is examined: there are more than there is time for.
  const bytes = randomBytes(128 << 10)
  for (let at = 1024; at + point.length < bytes.length; at += 1280) bytes.set(point, at)
  const path = join(folder, 'places')
  writeFileSync(path, bytes)
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const { keys: publicKeys } = parsePublicKeys(Buffer.from(pem), 'given')
  const out = join(folder, 'places.out')
  const refused = await scrubFile(path, { out, publicKeys })
  assert.deepEqual(
    [refused.isClean, refused.remainders.map(({ code }) => code), existsSync(out)],
    [false, ['search-cut'], false],
  )
  assert.match(refused.remainders[0]?.message ?? '', /a given key was not found, but the search/)
  const taken = await scrubFile(path, { out, publicKeys, acceptCut: true, isForced: true })
  assert.deepEqual([taken.isClean, existsSync(out)], [true, true])
  assert.ok(taken.keys.every(({ verdict }) => verdict === 'not-found'))
})

it('more keys than are looked for by value are not clean', async () => {
  const schedules = Array.from({ length: 4097 }, () => {
    return Buffer.concat([Buffer.from(expandKey(randomBytes(16)).buffer), Buffer.alloc(16)])
  })
  const path = join(folder, 'schedules')
  writeFileSync(path, Buffer.concat(schedules))
  const out = join(folder, 'schedules.out')
  const { isClean, remainders } = await scrubFile(path, { out })
  assert.deepEqual([isClean, existsSync(out)], [false, false])
  assert.ok(remainders.some(({ code }) => code === 'too-many-keys'))
})
