import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { diskFiles } from '../../src/store/files.ts'
import { lockFolder } from '../../src/store/folder_lock.ts'

const startOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')

it('a folder is free when the process that had it has ended, though its parent has not asked after it', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'mintmark-lock-'))
  // The shell becomes a program that never asks after its child.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    await once(parent.stdout, 'readable')
    const pid = Number(String(parent.stdout.read()))
    const path = join(scratch, 'lock')
    const holder = { host: hostname(), pid, started: startOf(pid)[19] }
    writeFileSync(path, JSON.stringify(holder))
    await assert.rejects(lockFolder(diskFiles, path), { code: 'LEDGER_BUSY' })
    process.kill(pid, 'SIGKILL')
    while (startOf(pid)[0] !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10))
    const unlock = await lockFolder(diskFiles, path)
    await unlock()
  } finally {
    parent.kill('SIGKILL')
    rmSync(scratch, { recursive: true, force: true })
  }
})
