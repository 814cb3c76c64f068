/**
 * `mintmark replay storm-0558 --live` as a user runs it: the investigation of the logs reports what the forger
 * recorded, with a guard that only watches and with one that refuses. It stops on a signal, or when it is killed.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, parseObject } from '@mintmark/core'
import { objectOf, rowsOf, start } from './built_command.ts'
import { missingServers } from './guard/guard_servers.ts'

const skip = missingServers()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)

const PATIENCE_MS = 60_000
const root = mkdtempSync(join(tmpdir(), 'mintmark-replay-live-'))
after(() => rmSync(root, { recursive: true, force: true }))

describe('the incident on real parts', { skip }, () => {
  const out = join(root, 'live')
  let code: number | null
  let runs: readonly Json[] = []
  const [watched, refused] = [() => objectOf(runs[0]), () => objectOf(runs[1])]
  const truthOf = (name: string) =>
    rowsOf(parseObject(readFileSync(join(out, name, 'truth.json'), 'utf8'))?.['forgeries'])

  before(async () => {
    if (skip !== false) return
    const ended = await start('replay', 'storm-0558', '--live', '--out', out, '--json').ended
    code = ended.code
    runs = rowsOf(parseObject(ended.out)?.['runs'])
    assert.equal(runs.length, 2, ended.err)
  })

  it('is reported as the forger recorded it, message by message', () => {
    for (const run of runs) assert.deepEqual(run['differences'], [], String(run['name']))
    assert.equal(code, 1)
    const read = truthOf('monitor').flatMap(({ messages }) => rowsOf(messages))
    assert.ok(read.length >= 12, 'three mailboxes with four messages or more')
    const said = rowsOf(objectOf(watched()['said'])['accounts'])
    assert.equal(said.length, 3)
    const named = said.flatMap(({ messages }) => (Array.isArray(messages) ? messages : []))
    assert.equal(named.length, read.length)
  })

  it('is watched at first: the mail is read, and the alarm rings', () => {
    assert.equal(watched()['forgeriesRefused'], 0)
    assert.deepEqual(watched()['alarms'], { unissued: 2, mutated: 1 })
    const { unissued, mismatched } = objectOf(watched()['verdicts'])
    assert.ok(Number(unissued) > 0 && Number(mismatched) > 0)
  })

  it('is refused then, and nothing is read', () => {
    assert.equal(refused()['forgeriesRefused'], 3)
    assert.deepEqual(refused()['alarms'], { unissued: 2, mutated: 1 })
    assert.deepEqual(objectOf(refused()['said'])['accounts'], [])
    assert.equal(Object.keys(objectOf(objectOf(refused()['said'])['tokens'])).length, 3)
  })

  it('harms no genuine user, whose accesses are all called issued', () => {
    for (const run of runs) {
      assert.equal(run['genuineLogins'], 12)
      assert.equal(run['genuineReads'], 24)
      const { undetermined, issued } = objectOf(run['verdicts'])
      // Dovecot's line of a login that it refuses names no token.
      assert.equal(undetermined, run['forgeriesRefused'], String(run['name']))
      assert.ok(Number(issued) >= 36)
    }
  })

  it('writes no token into any log', () => {
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    )
    const logs = files.filter(({ parentPath }) => parentPath.includes('logs'))
    assert.ok(logs.length >= 8)
    for (const { parentPath, name } of logs) {
      const text = readFileSync(join(parentPath, name), 'latin1')
      assert.doesNotMatch(text, /eyJ[\w-]{10,}\.eyJ/, name)
    }
  })
})

it('an interrupted live replay stops all of its programs', { skip }, async () => {
  const earlier = new Set(liveFolders())
  const out = join(root, 'stopped')
  const run = await startedLive(out)
  run.process.kill('SIGINT')
  const { signal, err } = await run.ended
  assert.equal(signal, 'SIGINT')
  assert.match(err, /interrupted\. All programs are stopped\. .*To go on: /s)
  assert.deepEqual(
    liveFolders().filter((name) => !earlier.has(name)),
    [],
  )
  assert.deepEqual(programsOf(out), [])
})

it('a live replay that is killed leaves no program behind', { skip }, async () => {
  const earlier = new Set(liveFolders())
  const out = join(root, 'killed')
  const run = await startedLive(out)
  assert.ok(programsOf(out).length > 1, 'a ledger and a guard run beside it')
  run.process.kill('SIGKILL')
  await run.ended
  for (const untilMs = performance.now() + PATIENCE_MS; programsOf(out).length > 0; ) {
    assert.ok(performance.now() < untilMs, programsOf(out).join('\n'))
    // oxlint-disable-next-line no-await-in-loop -- waits until they have ended
    await sleep(50)
  }
  // What it had no time to remove.
  for (const name of liveFolders().filter((each) => !earlier.has(each)))
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
})

/** One whose users are reading their mail. */
async function startedLive(out: string): Promise<ReturnType<typeof start>> {
  const run = start('replay', 'storm-0558', '--live', '--out', out)
  let said = ''
  run.process.stderr?.on('data', (part: string) => {
    said += part
  })
  while (!said.includes('users read')) {
    assert.equal(run.process.exitCode, null, said)
    // oxlint-disable-next-line no-await-in-loop -- waits until it is there
    await sleep(20)
  }
  return run
}

const liveFolders = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('mintmark-live-'))

const programsOf = (out: string): string[] => commandLines().filter((line) => line.includes(out))

/** Of all processes that there are. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
}
