/** Ctrl-C on the built command: it ends by the signal, and says what is kept and how to go on, which then works. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ended, mintmark, start } from './built_command.ts'

const root = mkdtempSync(path.join(tmpdir(), 'mintmark-interrupted-'))
after(() => rmSync(root, { recursive: true, force: true }))
const logs = path.join(root, 'replay', 'logs')
const place = path.join(root, 'case')

before(async () => {
  const args = ['replay', 'storm-0558', '--out', path.dirname(logs), '--scale', '0.01']
  const { code, err } = await mintmark(...args)
  assert.equal(code, 0, err)
})

/** Interrupts a command once it works: at most a minute later. */
async function interrupted(isAtWork: () => boolean, ...args: readonly string[]): Promise<Ended> {
  const running = start(...args)
  for (let i = 0; i < 6000 && !isAtWork(); i++) {
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    await sleep(10)
  }
  running.process.kill('SIGINT')
  return await running.ended
}

function assertSays({ signal, out, err }: Ended, kept: RegExp): void {
  // 130 to a shell.
  assert.deepEqual([signal, out], ['SIGINT', ''], err)
  assert.match(err, /^mintmark: interrupted\. .*\nTo go on: .*\n$/)
  assert.match(err, kept)
}

describe('Ctrl-C', () => {
  it('on investigate keeps the files that were read, and the next run ends', async () => {
    const args = ['investigate', logs, '--case', place]
    const isOpen = () => existsSync(path.join(place, 'staging'))
    assertSays(await interrupted(isOpen, ...args), /has every file that was read to its end/)
    const { code, out } = await mintmark(...args)
    assert.deepEqual([code, out.startsWith('FORGED TOKENS USED')], [1, true])
  })

  it('on report leaves the case as it is, and no folder', async () => {
    const out = path.join(root, 'reports', 'one')
    const begun = () => existsSync(path.dirname(out))
    const args = ['report', '--case', place, '--out', out, '--no-pdf']
    assertSays(await interrupted(begun, ...args), /no report was written/)
    assert.deepEqual(readdirSync(path.dirname(out)), [])
    assert.equal((await mintmark(...args)).code, 0)
  })

  it('on report --for all keeps whole notices, and says how to write all of them', async () => {
    const out = path.join(root, 'notices')
    // What is not finished begins with a dot.
    const finished = () =>
      existsSync(out) ? readdirSync(out).filter((name) => !name.startsWith('.')) : []
    const begun = () => finished().length > 0
    const args = ['report', '--case', place, '--out', out, '--no-pdf', '--for', 'all']
    assertSays(await interrupted(begun, ...args), /Finished notices stay/)
    assert.ok(finished().length > 0)
    assert.equal((await mintmark(...args)).code, 3)
    assert.equal((await mintmark(...args, '--force')).code, 0)
  })

  it('on replay leaves no logs, and the next run writes them', async () => {
    const out = path.join(root, 'other')
    const begun = () => existsSync(path.join(out, 'logs.partial'))
    const args = ['replay', 'storm-0558', '--out', out, '--scale', '0.05']
    assertSays(await interrupted(begun, ...args), /The logs are incomplete/)
    assert.equal(existsSync(path.join(out, 'logs')), false)
    assert.equal((await mintmark(...args)).code, 0)
  })
})
