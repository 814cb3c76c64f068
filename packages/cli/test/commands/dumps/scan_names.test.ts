/** What the command line and folders name: files of any name, and what is no file. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { unwrapped as mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-names-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

it('searches files whose names are not UTF-8, in a folder and named, and prints such bytes escaped', async () => {
  const place = join(folder, 'not-utf-8')
  mkdirSync(place)
  const name = Buffer.concat([Buffer.from(`${place}/key-é-`), Buffer.of(0xff, 0xfe)])
  writeFileSync(name, pem)
  // What Node makes of such an argument.
  for (const given of [place, name.toString()]) {
    const { code, out } = await mintmark('scan', given)
    assert.equal(code, 1)
    assert.match(out, /pem: .*key-é-\\xff\\xfe at 0x0 /)
  }
  const large = Buffer.concat([Buffer.from(`${place}/large-`), Buffer.of(0x80)])
  writeFileSync(large, Buffer.concat([randomBytes(24 << 20), Buffer.from(pem)]))
  const { out } = await mintmark('scan', place, '--json')
  const offsets = [...out.matchAll(/"offset": (\d+)/g)].map(([, offset]) => Number(offset))
  assert.deepEqual(offsets, [0, 24 << 20])
})

it('lists what is no file in a folder as not searched', {
  skip: process.platform === 'win32' ? 'no pipes there' : false,
}, async () => {
  const place = join(folder, 'with-pipe')
  mkdirSync(place)
  execFileSync('mkfifo', [join(place, 'pipe')])
  writeFileSync(join(place, 'file'), Buffer.alloc(4096, '.,;:'))
  const { code, out } = await mintmark('scan', place)
  assert.equal(code, 3)
  assert.match(
    out,
    /^CANNOT TELL: .*\n\nNOT SEARCHED\n.*pipe: a pipe in a folder: name it by itself/,
  )
})
