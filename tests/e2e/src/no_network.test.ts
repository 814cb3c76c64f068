/** What the kernel counts of a process that has a network stack of its own, without any way out. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { BIN, ROOT } from './built_command.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-network-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const isAlone = spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status === 0
if (process.env['CI'] === 'true' && !isAlone) throw new Error('missing under CI: unshare --net')
const skip = isAlone ? false : 'no network namespace can be made here'

/** Packets that were sent, or would have been if there were a way, and connections that were begun. */
function attempts(...args: readonly string[]): {
  readonly printed: string
  readonly count: number
} {
  const script = '"$@"; cat /proc/net/snmp'
  const { stdout } = spawnSync('unshare', ['--net', 'sh', '-c', script, 'sh', ...args], {
    encoding: 'utf8',
  })
  const counts = new Map<string, number>()
  for (const [, protocol = '', names = '', values = ''] of stdout.matchAll(
    /^(Ip|Tcp|Udp): (\D.*)\n\1: (.*)$/gm,
  )) {
    const numbers = values.split(' ')
    for (const [at, name] of names.split(' ').entries())
      counts.set(`${protocol} ${name}`, Number(numbers[at]))
  }
  const told = ['Ip OutRequests', 'Ip OutNoRoutes', 'Tcp ActiveOpens', 'Udp OutDatagrams']
  const count = told.reduce((sum, name) => sum + (counts.get(name) ?? Number.NaN), 0)
  return { printed: stdout, count }
}

describe('the network', { skip }, () => {
  it('counts a process that asks for an address', () => {
    const asking = "require('net').connect(80, '192.0.2.1').on('error', () => {})"
    assert.ok(attempts(process.execPath, '-e', asking).count > 0)
  })

  it('is not used by an investigation', () => {
    const evidence = join(ROOT, 'tests/golden/worlds')
    const command = [process.execPath, BIN, 'investigate', evidence]
    const { printed, count } = attempts(...command, '--case', join(folder, 'case'))
    assert.match(printed, /^CANNOT TELL /m)
    assert.equal(count, 0)
  })
})
