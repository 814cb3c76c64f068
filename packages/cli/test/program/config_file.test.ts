import assert from 'node:assert/strict'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, it } from 'node:test'
import { mintmark } from '../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-config-'))
const before = process.cwd()
process.chdir(folder)
after(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true, force: true })
})
const FILE = join(folder, 'mintmark.config.json')
const configure = (value: unknown) => writeFileSync(FILE, JSON.stringify(value))
afterEach(() => rmSync(FILE, { force: true }))

const ACCESS = `${JSON.stringify({
  schema: 'mintmark-access/1',
  id: 'one',
  at: '2023-05-15T08:02:00Z',
  operation: 'PageRead',
  service: 'wiki',
  principal: 'ada@example.org',
  tenant: 'agency',
})}\n`

describe('mintmark.config.json', () => {
  it('gives options their values, and reports them', async () => {
    mkdirSync('exports')
    writeFileSync('exports/access.ndjson', ACCESS)
    writeFileSync('people.csv', 'principal,organisation,group\nada@example.org,Agency,Wiki\n')
    configure({ case: 'own-case', directory: 'people.csv', hunts: ['no-hunts'] })
    const { code, out, err } = await mintmark('ingest', 'exports', '--json')
    assert.deepEqual([code, existsSync('own-case')], [0, true])
    assert.match(out, /people\.csv/)
    const said = 'mintmark: from mintmark.config.json: --case own-case --directory people.csv\n'
    assert.equal(err, said)
    assert.match((await mintmark('hunt')).err, /no-hunts cannot be read/)
  })

  it('says who prepares reports, for whom, on which paper', async () => {
    await mintmark('ingest', 'exports', '--case', 'own-case')
    configure({
      case: 'own-case',
      'prepared-by': 'Ada',
      classification: 'TLP:RED',
      paper: 'letter',
    })
    const { code, err } = await mintmark('report', '--out', 'of-config', '--no-pdf')
    assert.equal(code, 0)
    assert.match(err, /--prepared-by Ada --classification TLP:RED --paper letter/)
    const html = readFileSync(join('of-config', 'report.html'), 'utf8')
    assert.match(html, /@page\{size:letter;/)
    configure({ case: 'own-case', paper: 'legal' })
    assert.equal((await mintmark('report', '--out', 'of-legal', '--no-pdf')).code, 2)
  })

  it('is overridden by options of the command line', async () => {
    configure({ case: 'own-case', hunts: 'no-hunts' })
    const { code, err } = await mintmark('hunt', '--case', 'other', '--hunts', 'others')
    assert.equal(code, 3)
    assert.doesNotMatch(err, /from mintmark\.config\.json|no-hunts/)
    assert.match(err, /other(?:s cannot be read| )|no case at \S*other /)
  })

  it('is not read where that is asked for, and is forgotten by the next call', async () => {
    configure({ case: 'own-case' })
    assert.equal((await mintmark('evidence', '--ignore-config')).code, 2)
    rmSync(FILE)
    assert.equal((await mintmark('evidence')).code, 2)
  })
})

describe('an invalid configuration file', () => {
  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['a name that no option has', { cases: 'x' }, /"cases"; it takes attacker, case/],
    ['a value of another form', { case: ['x'] }, /case is not a text/],
    ['an empty value', { hunts: [''] }, /hunts is not a text/],
    ['no object', ['case'], /not a JSON object/],
  ]
  for (const [name, value, why] of refused)
    it(`is a wrong usage with ${name}`, async () => {
      configure(value)
      const { code, out, err } = await mintmark('evidence')
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, why)
    })

  it('names no server', async () => {
    for (const name of ['case', 'hunts', 'directory', 'attacker']) {
      configure({ [name]: 'https://server.example.org/x' })
      const { code, err } = await mintmark('evidence', '--case', 'none')
      assert.deepEqual([code, err.includes('names a server')], [2, true], name)
    }
  })

  it('is not used where it is in a folder of evidence', async () => {
    configure({ hunts: 'exports' })
    for (const place of ['.', folder, FILE]) {
      const { code, err } = await mintmark('investigate', place, '--case', join(folder, 'none'))
      assert.deepEqual([code, existsSync('none')], [2, false])
      assert.match(err, /read as evidence/)
    }
  })

  const isRoot = process.geteuid?.() === 0
  it('is not used where it belongs to another user', {
    skip: !isRoot && 'only root may give a file away',
  }, async () => {
    configure({ case: 'own-case' })
    chownSync(FILE, 65_534, 65_534)
    const { code, err } = await mintmark('evidence')
    assert.deepEqual([code, /another user/.test(err)], [2, true])
  })
})
