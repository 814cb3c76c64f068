import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { isAlive, parseHolder } from '../src/holder.ts'

/** Writes who it is, and fills memory: that takes the kernel a while to free. */
const HOLDER = `
  import { self } from ${JSON.stringify(new URL('../src/holder.ts', import.meta.url).href)}
  globalThis.memory = Buffer.alloc(600_000_000, 1)
  console.log(JSON.stringify(self()))
  setInterval(() => {}, 1000)`

const stateOf = (pid: number) =>
  /\) ([A-Z])/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''

it('a killed process counts as running until its last thread is gone', {
  skip: process.platform === 'linux' ? false : 'needs /proc',
}, async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER])
  const line: unknown[] = await once(child.stdout, 'data')
  const holder = parseHolder(String(line[0]))
  assert.ok(holder !== undefined && isAlive(holder))
  child.kill('SIGKILL')
  // Only this process can reap it, and does so in its event loop: until then it stays a zombie.
  const never = new Int32Array(new SharedArrayBuffer(4))
  while (stateOf(holder.pid) !== 'Z') Atomics.wait(never, 0, 0, 1)
  assert.equal(isAlive(holder), false)
  assert.deepEqual(readdirSync(`/proc/${holder.pid}/task`), [String(holder.pid)])
})
