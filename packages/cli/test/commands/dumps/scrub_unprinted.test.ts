/** A summary that cannot be printed changes neither what a scrub writes nor how it ends: threat-model-dumps.md, S13. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { BIN, readAgain } from '@mintmark/testkit'

const folder = mkdtempSync(join(tmpdir(), 'scrub-unprinted-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }))
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const core = join(folder, 'core')
writeFileSync(
  core,
  Buffer.concat([Buffer.alloc(9000, '.,;:'), Buffer.from(pem), Buffer.alloc(500, 7)]),
)

/** How it ends where standard output is this file. */
function scrubbedInto(stdout: number | 'pipe', out: string): number | null {
  return spawnSync(process.execPath, [BIN, 'scrub', core, '-o', out], {
    stdio: ['ignore', stdout, 'pipe'],
  }).status
}

const skip = existsSync('/dev/full') ? false : 'there is no /dev/full'

describe('a scrub whose summary cannot be printed', { skip }, () => {
  it('writes the same output as any other, and ends with 0', () => {
    const [printed, unprinted] = [join(folder, 'printed'), join(folder, 'unprinted')]
    assert.equal(scrubbedInto('pipe', printed), 0)
    const full = openSync('/dev/full', 'w')
    try {
      assert.equal(scrubbedInto(full, unprinted), 0)
    } finally {
      closeSync(full)
    }
    assert.deepEqual(readFileSync(unprinted), readFileSync(printed))
    assert.ok(!readFileSync(unprinted).includes('BEGIN PRIVATE KEY'))
    assert.ok(existsSync(`${unprinted}.report.json`))
  })
})
