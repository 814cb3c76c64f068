import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { diskLocks, type LockFiles, linkOrCopy, takeLock } from '../src/folder_lock.ts'
import { self } from '../src/holder.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-folder-lock-'))
after(() => rmSync(scratch, { recursive: true }))

const withoutLinks: LockFiles = {
  ...diskLocks,
  link: (from, to) =>
    linkOrCopy(from, to, () => Promise.reject(Object.assign(new Error(), { code: 'EPERM' }))),
}

for (const [name, files] of Object.entries({ links: diskLocks, 'no links': withoutLinks }))
  describe(`the lock of a folder on a file system with ${name}`, () => {
    const path = join(scratch, name)

    it('has one holder at a time, and leaves no file', async () => {
      const both = await Promise.all([takeLock(files, path), takeLock(files, path)])
      const taken = both.filter((one) => typeof one === 'function')
      assert.equal(taken.length, 1)
      assert.deepEqual(
        both.filter((one) => typeof one !== 'function'),
        [self()],
      )
      await taken[0]?.()
      const link = `${path}.link`
      symlinkSync(scratch, link)
      const held = await takeLock(files, join(link, name))
      assert.ok(typeof held === 'function')
      assert.deepEqual(await takeLock(files, path), self())
      await held()
      unlinkSync(link)
      const again = await takeLock(files, path)
      assert.ok(typeof again === 'function')
      await again()
      assert.deepEqual(readdirSync(scratch), [])
    })

    it('is kept by a process that runs, also on another host, and not by one that has ended', async () => {
      const parent = { ...self(), pid: process.ppid, started: '' }
      const elsewhere = { ...self(), host: 'elsewhere.example', run: 'other' }
      for (const holder of [parent, elsewhere]) {
        writeFileSync(path, JSON.stringify(holder))
        assert.deepEqual(await takeLock(files, path), holder)
      }
      for (const left of [{ ...parent, started: '1' }, { ...self(), run: 'earlier' }, {}]) {
        writeFileSync(path, JSON.stringify(left))
        const taken = await takeLock(files, path)
        assert.ok(typeof taken === 'function')
        await taken()
      }
      assert.deepEqual(readdirSync(scratch), [])
    })
  })

it('a failure of the file system is no holder', async () => {
  await assert.rejects(takeLock(diskLocks, join(scratch, 'missing', 'lock')), { code: 'ENOENT' })
})
