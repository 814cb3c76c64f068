/** A file full of heads alone starts a bounded number of programs. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'packed-heads-'))
after(() => rmSync(folder, { recursive: true }))

it('1,500 heads of bzip2 start 1,000 programs; the others are reported', async () => {
  const path = join(folder, 'heads')
  writeFileSync(path, 'a BZh91AY&SYabcdefgh'.repeat(1500))
  const { findings, limits } = await scanFile(path, { threads: 1 })
  assert.deepEqual(findings, [])
  const unsearched = limits.filter(({ code }) => code === 'packed-unsearched')
  assert.deepEqual(
    unsearched.map(({ facts }) => facts['count']),
    [500],
  )
})
