/** A key in packed data amid other bytes: it goes with all that is packed there. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { scanFile } from '@mintmark/scan/scan_file'
import { apportReport, zipFile } from '@mintmark/testkit/packed_world'
import { P256 } from '@mintmark/testkit/text_keys'
import { scrubFile } from '../src/scrub_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-packed-'))
after(() => rmSync(folder, { recursive: true }))

const pem = Buffer.from(P256.key.export({ type: 'pkcs8', format: 'pem' }).toString())
const large = Buffer.concat([Buffer.alloc(2 << 20, 'nothing but a line of a log\n'), pem])
const before = Buffer.alloc(5000, 'tar,')
const PACKED: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(large),
  'a member of a zip file': zipFile([{ name: 'heap', bytes: large }]),
  'a crash report': apportReport(large),
}

for (const [name, bytes] of Object.entries(PACKED)) {
  it(`${name} behind other bytes is erased where a key is in it, and nothing else`, async () => {
    const path = join(folder, 'in')
    const out = join(folder, 'out')
    const rest = Buffer.from('\nwhat is behind it\n')
    writeFileSync(path, Buffer.concat([before, bytes, rest]))
    const [finding] = (await scanFile(path)).findings
    assert.ok(finding?.inside)
    assert.equal(finding.inside.offset, 2 << 20)
    const { isClean } = await scrubFile(path, { out, isForced: true })
    assert.equal(isClean, true)
    const written = readFileSync(out)
    assert.deepEqual(written.subarray(0, before.length), before)
    assert.deepEqual(written.subarray(-rest.length), rest)
    const again = await scanFile(out)
    assert.deepEqual([again.findings, again.unverified, again.limits], [[], [], []])
  })
}
