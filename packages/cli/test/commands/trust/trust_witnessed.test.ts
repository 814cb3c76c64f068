/** A record before witnesses, and before a checkpoint that a colleague keeps: whoever has its key rewrites nothing. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { createFolderWitness, formatVerifierKey, parseVerifierKey } from '@mintmark/ledger'
import { type RunningServer, serveWitness } from '@mintmark/ledger/http'
import { mintmark } from '../../fake_io.ts'
import { keyNamed } from './trust_world.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-witnessed-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const place = (name: string) => path.join(folder, name)

const [a, b] = [keyNamed('a'), keyNamed('b')]
let made = 0

/** A key set that is saved as of a date. */
function saved(date: string, ...keys: readonly object[]): string {
  const at = place(`sets-${made++}`)
  cpSync(mkdtempSync(place('empty-')), at, { recursive: true })
  writeFileSync(path.join(at, `jwks-${date}.json`), JSON.stringify({ keys }))
  return at
}

const record = (out: string, source: string, ...more: readonly string[]) =>
  mintmark('trust', 'record', source, '--out', out, ...more)
const history = (out: string, ...more: readonly string[]) =>
  mintmark('trust', 'history', out, ...more)

const vkeyOf = (out: string) => readFileSync(path.join(out, 'key'), 'utf8').trim()

interface World {
  readonly out: string
  readonly policy: string
  readonly witnesses: readonly RunningServer[]
}

/** A record of one observation, and two witnesses of it, of which one is enough. */
async function witnessed(work: (world: World) => Promise<void>): Promise<void> {
  const out = place(`keys-${made++}`)
  assert.equal((await record(out, saved('2023-05-01', a, b))).code, 0)
  const logs = [parseVerifierKey(vkeyOf(out))]
  const lines = [`log ${vkeyOf(out)}`]
  const witnesses: RunningServer[] = []
  for (const name of ['w1', 'w2']) {
    const at = place(`${name}-${made++}`)
    /* oxlint-disable no-await-in-loop -- one after the other */
    const key = await createFolderWitness(at, { name: `${name}.example`, logs })
    const served = await serveWitness(at, { host: '127.0.0.1', port: 0, now: Date.now })
    /* oxlint-enable no-await-in-loop */
    witnesses.push(served)
    lines.push(`witness ${name} ${formatVerifierKey(key)} ${served.url}`)
  }
  const policy = place(`policy-${made++}`)
  writeFileSync(policy, [...lines, 'group one any w1 w2', 'quorum one', ''].join('\n'))
  try {
    await work({ out, policy, witnesses })
  } finally {
    await Promise.all(witnesses.map(({ stop }) => stop()))
  }
}

function recordIn(out: string): Record<string, unknown> {
  const document = parseObject(out)?.['record']
  assert.ok(isObject(document))
  return document
}

describe('a record with witnesses', () => {
  it('says by whom it is witnessed, and up to which observation', () =>
    witnessed(async ({ out, policy }) => {
      const next = await record(out, saved('2023-05-08', a, b), '--policy', policy)
      assert.deepEqual([next.code, next.err], [0, ''])
      const { code, out: text } = await history(out, '--policy', policy)
      assert.equal(code, 0)
      assert.match(text, /^Witnessed up to observation 2 of 2: w1 at 2\S+ \S+Z, w2 at 2/m)
      assert.equal((await record(out, saved('2023-05-15', a, b))).code, 0)
      const later = await history(out, '--policy', policy)
      assert.match(later.out, /Witnessed up to observation 2 of 3/)
      assert.match(later.out, /1 later observation: signed by the record's own key alone/)
      const json = recordIn((await history(out, '--policy', policy, '--json')).out)
      assert.ok(isObject(json['witnessed']))
      assert.equal(json['witnessed']['size'], 2)
    }))

  it('is not witnessed where too few cosign, and both commands end with 3', () =>
    witnessed(async ({ out, policy, witnesses }) => {
      const before = await history(out, '--policy', policy)
      assert.deepEqual([before.code, /^NOT WITNESSED/m.test(before.out)], [3, true])
      assert.equal((await history(out, '--policy', policy, '--ssf')).code, 3)
      await Promise.all(witnesses.map(({ stop }) => stop()))
      const next = await record(out, saved('2023-05-08', a, b), '--policy', policy)
      assert.equal(next.code, 3)
      assert.match(next.err, /observation 2: too few witnesses of the policy have cosigned it/)
    }))

  it('is refused where its key signed another past, which a witness has not seen', () =>
    witnessed(async ({ out, policy }) => {
      const fork = place(`fork-${made++}`)
      cpSync(out, fork, { recursive: true })
      assert.equal((await record(out, saved('2023-05-08', a, b), '--policy', policy)).code, 0)
      // Of the same length, and of fewer observations.
      const shorter = await record(fork, saved('2023-05-01', a, b), '--policy', policy)
      assert.deepEqual([shorter.code, /LEDGER_BEHIND/.test(shorter.err)], [3, true])
      assert.equal((await record(fork, saved('2023-05-09', a))).code, 0)
      const other = await record(fork, saved('2023-05-10', a), '--policy', policy)
      assert.deepEqual([other.code, /LEDGER_BEHIND/.test(other.err)], [3, true])
      // What the witnesses signed is of the true one.
      cpSync(path.join(out, 'witnessed'), path.join(fork, 'witnessed'))
      const read = await history(fork)
      assert.deepEqual([read.code, /LEDGER_BEHIND/.test(read.err)], [3, true])
    }))

  it('refuses a policy that does not name it, or names no witness', () =>
    witnessed(async ({ out, policy }) => {
      const other = place(`keys-${made++}`)
      const foreign = await record(other, saved('2023-05-01', a), '--policy', policy)
      assert.equal(foreign.code, 2)
      assert.ok(foreign.err.includes(`log ${vkeyOf(other)}`))
      writeFileSync(policy, `log ${vkeyOf(out)}\nquorum none\n`)
      assert.equal((await history(out, '--policy', policy)).code, 2)
    }))
})

/** What `record` printed, in a file. */
async function printed(out: string, date: string, ...keys: readonly object[]): Promise<string> {
  const { out: text } = await record(out, saved(date, ...keys))
  const file = place(`kept-${made++}`)
  writeFileSync(file, text)
  return file
}

describe('a checkpoint that a colleague keeps', () => {
  it('is extended by the record, whatever stands around it in the file', async () => {
    const out = place('extended')
    const kept = await printed(out, '2023-05-01', a, b)
    const alone = place('alone')
    cpSync(path.join(out, 'checkpoint'), alone)
    const windows = place('windows')
    writeFileSync(windows, readFileSync(kept, 'utf8').replaceAll('\n', '\r\n'))
    await record(out, saved('2023-05-08', a, b))
    for (const file of [kept, alone, windows]) {
      // oxlint-disable-next-line no-await-in-loop -- one command at a time
      const { code, out: text } = await history(out, '--checkpoint', file)
      assert.deepEqual(
        [code, /extends the pinned checkpoint: the first 1 observation/.test(text)],
        [0, true],
      )
    }
    const json = await history(out, '--checkpoint', kept, '--json')
    assert.equal(recordIn(json.out)['extendsCheckpointOf'], 1)
  })

  it('refuses a record that was rewritten with its own key, cut, or replaced', async () => {
    const out = place('rewritten')
    await record(out, saved('2023-05-01', a, b))
    const earlier = place('rewritten-earlier')
    cpSync(out, earlier, { recursive: true })
    const kept = await printed(out, '2023-05-08', b)
    const forked = place('rewritten-forked')
    cpSync(earlier, forked, { recursive: true })
    await record(forked, saved('2023-05-09', a, b))
    const replaced = place('rewritten-replaced')
    await record(replaced, saved('2023-05-01', a, b))
    await record(replaced, saved('2023-05-08', b))
    for (const each of [earlier, forked, replaced]) {
      // oxlint-disable-next-line no-await-in-loop -- one command at a time
      const { code, err } = await history(each, '--checkpoint', kept)
      assert.deepEqual([code, /LEDGER_BEHIND/.test(err)], [3, true], each)
    }
  })

  it('is to be a checkpoint', async () => {
    const out = place('none')
    await record(out, saved('2023-05-01', a, b))
    const file = place('no-checkpoint')
    writeFileSync(file, 'nothing of the kind\n')
    assert.equal((await history(out, '--checkpoint', file)).code, 2)
  })
})
