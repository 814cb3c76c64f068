import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { HUNT_COLUMNS, type Hunt, parseHunt } from '../../src/hunts/hunt_file.ts'
import { huntList } from '../../src/hunts/hunt_list.ts'

const page = (name: string) => fileURLToPath(new URL(`../../../../docs/${name}`, import.meta.url))
const listed = page('hunts-built-in.md')
const START = '## Hunts\n\n'

function section(hunt: Hunt): string {
  const params = hunt.params.map(
    ({ name, type, value, text }) => `- \`${name}\` (${type}, ${JSON.stringify(value)}): ${text}\n`,
  )
  return `### ${hunt.id}

**${hunt.title}.** ${hunt.class}, ${hunt.strength}; ${hunt.attack.join(', ')}

Means: ${hunt.means}

Cannot mean: ${hunt.cannotMean}
${params.length === 0 ? '' : `\n${params.join('')}`}`
}

describe('docs/hunts-built-in.md', () => {
  it('says of every built-in hunt what its header says (UPDATE_GOLDEN=1 writes it)', () => {
    const list = readFileSync(listed, 'utf8')
    const [before = ''] = list.split(START)
    const expected = `${before}${START}${huntList().map(section).join('\n')}`
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(listed, expected)
    else assert.equal(list, expected)
  })
})

describe('docs/hunts.md', () => {
  const docs = readFileSync(page('hunts.md'), 'utf8')

  it('has an example that is a hunt', () => {
    const [, example = ''] = /```sql\n([\s\S]*?)```/u.exec(docs) ?? []
    assert.equal(parseHunt(example, 'docs/hunts.md').id, 'mail_from_script')
  })

  it('lists the columns of a hunt, with their types, in order', () => {
    const [, columns = ''] = /\n\| column \|.*\n((?:\|.*\n)+)/u.exec(docs) ?? []
    const shown = columns.split('\n').flatMap((row) => {
      const [, names = '', type = ''] = row.split('|').map((each) => each.trim())
      return [...names.matchAll(/`(\w+)`/gu)].map(([, name]) => [name, type.slice(1, -1)])
    })
    assert.deepEqual(
      shown,
      HUNT_COLUMNS.map(({ name, type }) => [name, type]),
    )
  })
})

describe('every built-in hunt', () => {
  for (const hunt of huntList()) {
    it(`${hunt.id} has a total order, limits, references and techniques`, () => {
      assert.match(hunt.sql, /ORDER BY at, record_id, content$/u)
      assert.ok(hunt.cannotMean.length > 40 && hunt.means.length > 40)
      assert.ok(hunt.references.length > 0 && hunt.attack.length > 0)
    })
  }
})
