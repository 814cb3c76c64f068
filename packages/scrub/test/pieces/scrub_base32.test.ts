/** A seed of NATS, in base32 behind two bytes and before a checksum: what its clients read and keep as a text. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-base32-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('ed25519'))
const seed = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')

/** Base32 the plain way: RFC 4648, without what fills it up. */
function base32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{5}/g) ?? []
  return groups
    .map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group, 2)])
    .join('')
}

const OFFSETS = [
  { name: 'by itself', before: Buffer.alloc(0), from: 0, letters: 51 },
  { name: 'as a seed of a user of NATS', before: Buffer.from([0x90, 0xa0]), from: 4, letters: 50 },
]

for (const { name, before, from, letters } of OFFSETS) {
  it(`a seed in base32, ${name}, is erased with the key that is elsewhere`, async () => {
    const text = base32(Buffer.concat([before, seed, randomBytes(2)]))
    const path = join(folder, String(letters))
    const gap = Buffer.alloc(64, '.,;:\0\x01')
    const spelled = [Buffer.from(text), Buffer.from(text, 'utf16le')]
    const parts = [privateKey.export({ format: 'der', type: 'pkcs8' }), ...spelled]
    const bytes = Buffer.concat(parts.flatMap((part) => [gap, part, gap]))
    writeFileSync(path, bytes)
    const input = { kind: 'file', path } as const
    const { erased } = await scrubInput(input, path)
    const source = openInput({ kind: 'erased', input, erased })
    const out = Buffer.alloc(bytes.length)
    source.read(0, out)
    source.close()
    for (const each of spelled) {
      const offset = bytes.indexOf(each)
      const width = each.length / text.length
      const kept = out.subarray(offset + from * width, offset + (from + letters) * width)
      assert.ok(kept.every((byte) => byte === 0))
    }
  })
}
