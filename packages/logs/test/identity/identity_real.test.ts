import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { adapterOf, JSON_FILE, readWith } from './identity_rows.ts'

const data = fileURLToPath(new URL('../../../../../shared/data/sekoia/', import.meta.url))
const skip = existsSync(data) ? false : 'no ../shared/data beside the repository'

interface Sample {
  readonly name: string
  readonly row: Json
}

/** The raw records of one folder, each in its own file as `input.message`. */
function samplesOf(folder: string): readonly Sample[] {
  const files = readdirSync(`${data}${folder}`).filter((file) => file.endsWith('.json'))
  return files.map((name) => {
    const input = parseObject(readFileSync(`${data}${folder}/${name}`, 'utf8'))?.['input']
    const message = isObject(input) ? input['message'] : undefined
    return { name, row: parseObject(String(message)) ?? {} }
  })
}

/** Which adapter should read a record, decided without the adapters' own tests. */
function shapeOf(row: Json): string {
  if (row['activityDisplayName'] !== undefined) return 'entra-audit-graph'
  if (row['createdDateTime'] !== undefined) return 'entra-graph'
  if (row['operationName'] === 'Sign-in activity') return 'entra-diagnostic'
  if (row['category'] === 'AuditLogs') return 'entra-audit-diagnostic'
  return row['operationName'] === 'Microsoft Graph Activity' ? 'graph-activity-raw' : 'entra-other'
}

describe('real records of Entra', { skip }, () => {
  for (const folder of ['azure-ad', 'microsoft-entraid-graphapi']) {
    it(`in ${folder} are each read by the right adapter, or named as unsupported with a reason`, () => {
      const samples = samplesOf(folder)
      assert.ok(samples.length > 10)
      for (const { name, row } of samples) {
        const adapter = adapterOf(row, JSON_FILE)
        assert.equal(adapter?.shape, shapeOf(row), name)
        const { issuances, accesses, rejects } = readWith(adapter, row, JSON_FILE)
        assert.equal(issuances.length + accesses.length + rejects.length, 1, name)
        if (shapeOf(row) === 'entra-other') {
          assert.equal(rejects[0]?.reason, 'unsupported-category', name)
        } else assert.deepEqual(rejects, [], name)
      }
    })
  }

  it('spell token ids in two ways that decode to what the record says', () => {
    const ids = samplesOf('azure-ad')
      .flatMap(({ row }) => readWith(adapterOf(row, JSON_FILE), row, JSON_FILE).issuances)
      .map(({ tokenId }) => tokenId)
      .filter((tokenId) => tokenId !== '')
    assert.ok(ids.length >= 2)
    // What the token service makes is version 4 and ends in 00, 01 or 02.
    for (const id of ids) assert.match(id, /^.{14}4.*0[012]$/)
  })
})
