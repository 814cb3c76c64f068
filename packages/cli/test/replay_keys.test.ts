/** A small replay, investigated: what is said of the leaked key is held against the truth. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { fileSource, openDump } from '@mintmark/dump'
import { mintmark, type Outcome } from './fake_io.ts'
import { member, objects, parsed } from './printed.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-replay-keys-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** Where cores cannot be taken there is none, and nothing is said of keys. */
const noCore = process.platform === 'linux' ? false : 'cores are taken on Linux'

describe('the leaked key of a small replay', { skip: noCore }, () => {
  const logs = join(root, 'replay', 'logs')
  const place = join(root, 'case')
  let truth: unknown
  let printed: Outcome
  let answer: Json

  before(async () => {
    const scale = ['--scale', '0.001', '--seed', '21']
    await mintmark('replay', 'storm-0558', '--out', join(root, 'replay'), ...scale)
    truth = parsed(readFileSync(join(root, 'replay', 'truth.json'), 'utf8'))['provider']
    printed = await mintmark('investigate', logs, '--case', place, '--json')
    answer = parsed(printed.out)
  })

  const [key, place0] = [() => objects(answer['keys'])[0], () => objects(key()?.['places'])[0]]

  it('is the only key, and the one that leaked', () => {
    assert.equal(objects(answer['keys']).length, 1)
    for (const name of ['kid', 'spkiSha256', 'subject', 'notAfter'])
      assert.equal(key()?.[name], member(member(truth, 'key'), name), name)
  })

  it('lies in the file that the truth names, as text and as numbers', () => {
    const file = String(member(member(truth, 'artefact'), 'file'))
    assert.deepEqual(place0()?.['files'], [join(logs, file)])
    assert.equal(existsSync(join(logs, file)), true)
    const forms = new Set(objects(place0()?.['forms']).map(({ form }) => form))
    for (const form of ['pem', 'limbs-le64', 'montgomery-r2-mod-p'])
      assert.ok(forms.has(form), form)
  })

  it('lies in a core that our own reader finds whole, with every thread and file', () => {
    const file = String(member(member(truth, 'artefact'), 'file'))
    const source = fileSource(join(logs, file))
    try {
      const { container, flaws, segments, about } = openDump(source)
      assert.deepEqual([container, flaws, about['program']], ['elf-core', [], 'node'])
      const owners = segments.flatMap(({ owner }) => (owner === undefined ? [] : [owner]))
      assert.ok(owners.filter(({ kind }) => kind === 'stack').length > 1)
      assert.ok(owners.some(({ kind, name }) => kind === 'file' && name === process.execPath))
    } finally {
      source.close()
    }
  })

  it('was touched by the engineer whose token was replayed, first of all', () => {
    const touched = place0()?.['touched']
    const [first] = objects(member(touched, 'people'))
    assert.equal(first?.['principal'], member(truth, 'engineer'))
    assert.deepEqual([first?.['verdict'], first?.['hunts']], ['issued', ['replayed_token_network']])
    assert.deepEqual([member(touched, 'suspect'), first?.['accesses']], [2, 2])
  })

  it('is not said to have signed the unissued tokens: no record tells', () => {
    const codes = new Set(objects(answer['unknowns']).map(({ code }) => code))
    assert.ok(codes.has('key-use-unknown'))
    assert.equal(codes.has('dump-not-scanned'), false)
  })
})
