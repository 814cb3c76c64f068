import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { makeFolder } from '@mintmark/core'

test('the missing folders above are made too, and one that is there stays as it is', (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'mintmark-folder-'))
  t.after(() => rmSync(home, { recursive: true }))
  const folder = path.join(home, 'a', 'b')
  makeFolder(folder, 0o700)
  makeFolder(folder)
  assert.equal(statSync(path.dirname(folder)).mode & 0o777, 0o700)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const file = path.join(home, 'file')
  writeFileSync(file, '')
  assert.throws(() => makeFolder(file), { code: 'EEXIST' })
  assert.throws(() => makeFolder(path.join(file, 'below')), { code: 'ENOTDIR' })
})

// In a process of its own, because a call that never comes back cannot be ended otherwise.
test('below /proc it fails instead of never coming back', {
  skip: process.platform !== 'linux',
}, () => {
  const script = `import('@mintmark/core').then(({ makeFolder }) => makeFolder('/proc/none/below'))`
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(status, 1)
  assert.match(stderr, /ENOENT/)
})
