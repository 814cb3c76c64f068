/**
 * A real tenant's unified audit log of 2021 (invictus-ir/o365_dataset), where it is at hand: the
 * numbers were found by other means than this program's.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { answered, objectOf, ROOT, rowsOf } from './built_command.ts'

const LOG = path.resolve(ROOT, '../shared/data/invictus')
const skip = existsSync(LOG) ? false : 'the real tenant (shared/data/invictus) is not at hand'

let out: string
let mail: Json

describe('a real tenant', { skip }, () => {
  before(async () => {
    out = mkdtempSync(path.join(tmpdir(), 'mintmark-real-'))
    const place = path.join(out, 'case')
    const selection = ['--all', '--operation', 'MailItemsAccessed']
    mail = await answered('investigate', LOG, '--case', place, '--json', ...selection)
  })
  after(() => rmSync(out, { recursive: true, force: true }))

  it('has 9,608 records (4,235 repeat another), and 3 rows without a payload', () => {
    const [file] = rowsOf(mail['evidence'])
    assert.deepEqual([file?.['rows'], file?.['duplicates']], [9608, 4235])
    assert.deepEqual(file?.['rejected'], { file: 0, row: 0, payload: 3 })
  })

  it('has 318 distinct records of mail being accessed, 320 copies of 291 messages', () => {
    const scope = objectOf(mail['scope'])
    assert.equal(scope['accesses'], 318)
    assert.equal(objectOf(scope['copies'])['lower'], 320)
    assert.equal(objectOf(scope['messages'])['lower'], 291)
  })

  it('has no upper bound, and says which 26 folders were synchronised', () => {
    const scope = objectOf(mail['scope'])
    assert.equal(objectOf(scope['messages'])['upper'], null)
    const folders = rowsOf(scope['synced_folders'])
    assert.equal(new Set(folders.map((folder) => folder['folder'])).size, 26)
    assert.ok(folders.every((folder) => folder['path'] !== ''))
  })

  it('has one unissued session of 14, and six undetermined ones, each with its reason', () => {
    const sessions = rowsOf(mail['sessions'])
    const by = (verdict: string) => sessions.filter((session) => session['verdict'] === verdict)
    assert.equal(sessions.length, 20)
    assert.deepEqual([by('unissued').length, by('session-only').length], [1, 13])
    assert.deepEqual(
      by('undetermined').map((session) => session['reason']),
      Array.from({ length: 6 }, () => 'field-not-carried'),
    )
    assert.match(String(by('unissued')[0]?.['sessionId']), /^22af9fa5/)
  })

  it('has no token that nobody issued: its records carry no token id', () => {
    assert.deepEqual(mail['tokens'], [])
  })
})
