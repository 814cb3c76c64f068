/** However a key is packed, encoded and cut, it is found, or the ledger has a record: never is nothing found without one. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { apportReport, zipFile } from '@mintmark/testkit/packed_world'
import { P256 } from '@mintmark/testkit/text_keys'
import * as fc from 'fast-check'
import { answerOf } from '../../src/answer.ts'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'packed-any-'))
after(() => rmSync(folder, { recursive: true }))

const pem = Buffer.from(P256.key.export({ type: 'pkcs8', format: 'pem' }).toString())

/** Bytes that look like nothing, and are the same in each run. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 0x2545f491
  for (let at = 0; at + 4 <= length; at += 4) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes.writeUInt32LE(state >>> 0, at)
  }
  return bytes
}

const behind = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('\nthe rest\n')])
const WRAPPINGS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  zlib: (bytes) => deflateSync(bytes, { level: 1 }),
  zip: (bytes) => zipFile([{ name: 'core', bytes }]),
  base64: (bytes) => Buffer.from(bytes.toString('base64')),
  base64url: (bytes) => Buffer.from(bytes.toString('base64url')),
  'base64 in lines': (bytes) =>
    Buffer.from(bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n')),
  'base64 in JSON': (bytes) =>
    Buffer.from(JSON.stringify({ core: bytes.toString('base64').replaceAll(/.{64}/g, '$&\n') })),
  'a crash report': (bytes) => apportReport(bytes),
  hex: (bytes) => Buffer.from(bytes.toString('hex')),
  'behind other bytes': (bytes) => Buffer.concat([noise(3001), behind(bytes)]),
}
/** Of which the outermost may be cut without anything that is missing looking like what is there. */
const CONTENTS = {
  text: Buffer.concat([Buffer.alloc(1_200_000, 'nothing but a line of a log\n'), pem]),
  bytes: Buffer.concat([noise(1_200_000), pem]),
  little: behind(pem),
}

it('a key in anything is found, or a record says what was not searched', async () => {
  const wrappings = fc.array(fc.constantFrom(...Object.keys(WRAPPINGS)), {
    minLength: 1,
    maxLength: 4,
  })
  const content = fc.constantFrom('text' as const, 'bytes' as const, 'little' as const)
  await fc.assert(
    fc.asyncProperty(content, wrappings, async (of, names) => {
      // Two bytes identify zlib: amid other bytes it is searched for with --deep alone (docs/what-is-found.md).
      fc.pre(!names.some((name, i) => name === 'zlib' && names[i + 1] === 'behind other bytes'))
      const bytes = names.reduce((inner, name) => WRAPPINGS[name]?.(inner) ?? inner, CONTENTS[of])
      const file = join(folder, 'file')
      writeFileSync(file, bytes)
      const report = await scanFile(file)
      const { status } = answerOf({ reports: [report], unreadable: [] })
      assert.notEqual(status, 'nothing-found', `${of} in ${names.join(' in ')}`)
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 15), seed: 20_261_130 },
  )
})
