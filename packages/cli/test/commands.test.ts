import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Made, STOLEN_MESSAGES, TENANT, writeEvidence } from './evidence_folder.ts'
import { mintmark, type Outcome } from './fake_io.ts'
import { assertHarmless, csv, member, objects, parsed } from './printed.ts'

const SCHEMA = new URL('../../../docs/schema/answer-1.schema.json', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'mintmark-cli-'))
const place = join(folder, 'case')
const inCase = ['--case', place]
let made: Made
let answered: Outcome

before(async () => {
  made = writeEvidence(join(folder, 'exports'))
  answered = await mintmark('investigate', made.folder, ...inCase, '--json', '--threads', '2')
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('investigate --json', () => {
  it('is a document of the schema', () => {
    assert.equal(answered.err, '')
    assert.equal(answered.code, 1)
    const schema: Json = parsed(readFileSync(SCHEMA, 'utf8'))
    const validate = new Ajv2020({ strict: false }).compile(schema)
    assert.ok(validate(parsed(answered.out)), JSON.stringify(validate.errors, null, 1))
  })

  it('calls the tokens that nobody issued unissued, and no other', () => {
    const answer = parsed(answered.out)
    const verdicts = answer['verdicts']
    assert.equal(member(verdicts, 'unissued'), made.intrusions)
    assert.equal(member(verdicts, 'mismatched'), 0)
    const unissued = objects(answer['tokens']).map((token) => token['tokenId'])
    assert.deepEqual(
      [unissued.length, new Set(unissued)],
      [made.forged.length, new Set(made.forged)],
    )
    const all = Object.values(isObject(verdicts) ? verdicts : {}).map(Number)
    assert.equal(
      all.reduce((sum, some) => sum + some, 0),
      made.accesses,
    )
  })

  it('bounds what was read, by account and by group', () => {
    const scope = parsed(answered.out)['scope']
    // Two lines of the log could not be read, and may have been accesses of the same days.
    const because = 'records of the access log lost at 1 time'
    const open = { lower: STOLEN_MESSAGES, upper: null, because }
    assert.deepEqual(member(scope, 'messages'), open)
    assert.equal(member(scope, 'mailboxes'), 1)
    const [account] = objects(member(scope, 'accounts'))
    assert.equal(account?.['mailbox'], 'ada@example.gov')
    assert.deepEqual(account['messages'], open)
    const [group] = objects(member(scope, 'groups'))
    assert.equal(group?.['name'], 'East Asia')
    assert.deepEqual(group['messages'], open)
  })

  it('lists every file with its hash, shape, rows, duplicates and rejects', () => {
    const files = objects(parsed(answered.out)['evidence'])
    const of = (name: string) => files.find(({ path }) => String(path).endsWith(name))
    assert.equal(files.length, 5)
    assert.equal(of('sign-ins.json')?.['shape'], 'entra-diagnostic')
    assert.equal(of('people.csv')?.['shape'], 'directory')
    assert.equal(of('read me.txt')?.['shape'], 'unrecognised')
    assert.equal(of('nothing.csv')?.['shape'], 'empty')
    const mail = of('mail.json')
    assert.equal(mail?.['shape'], 'ual-api')
    assert.equal(mail['rows'], made.accesses + 1)
    assert.equal(mail['duplicates'], 1)
    assert.ok(Number(member(mail['rejected'], 'row')) > 0)
    const bytes = readFileSync(join(made.folder, 'mail.json'))
    assert.equal(mail['sha256'], createHash('sha256').update(bytes).digest('hex'))
  })
})

describe('investigate on a terminal', () => {
  it('answers in 24 rows of 80 columns without a control character, the answer first', async () => {
    const { code, out, err } = await mintmark('investigate', made.folder, ...inCase)
    assert.deepEqual([code, err], [1, ''])
    const lines = out.trimEnd().split('\n')
    assert.ok(lines.length <= 24, `${lines.length} lines`)
    assertHarmless(out)
    assert.match(lines[0] ?? '', /^FORGED TOKENS USED {3}1 mailbox, 1 organisation/)
    assert.match(lines[1] ?? '', /^5 tokens nobody issued to their user; accesses 2023-06-07 to/)
    assert.ok(lines.some((line) => line.includes(place)))
  })

  it('reads nothing twice, and the answer stays', async () => {
    const again = await mintmark('investigate', made.folder, ...inCase, '--json')
    assert.equal(again.out, answered.out)
  })
})

describe('ingest', () => {
  it('knows content that it has, under whatever name', async () => {
    const copy = join(folder, 'other-name.log')
    writeFileSync(copy, readFileSync(join(made.folder, 'people.csv')))
    const { code, out } = await mintmark('ingest', copy, ...inCase, '--json')
    assert.deepEqual([code, parsed(out)['rows']], [0, 0])
    const [file] = objects(parsed(out)['evidence'])
    assert.match(String(file?.['sameAs']), /people\.csv$/)
  })

  it('refuses a path that does not exist', async () => {
    const { code, out, err } = await mintmark('ingest', join(folder, 'none'), ...inCase)
    assert.deepEqual([code, out], [3, ''])
    assert.match(err, /\(INPUT_UNREADABLE\)\n$/)
  })

  for (const command of ['ingest', 'investigate']) {
    it(`makes no case for a path that does not exist: ${command}`, async () => {
      const none = join(folder, `no-case-${command}`)
      const { code } = await mintmark(command, made.folder, join(folder, 'none'), '--case', none)
      assert.deepEqual([code, existsSync(none)], [3, false])
    })

    it(`makes no case where there is no file: ${command}`, async () => {
      const [empty, none] = ['empty', 'case'].map((name) => join(folder, `${name}-of-${command}`))
      assert.ok(empty !== undefined && none !== undefined)
      mkdirSync(join(empty, 'below'), { recursive: true })
      const { code, out, err } = await mintmark(command, empty, '--case', none)
      assert.deepEqual([code, out, existsSync(none)], [3, '', false])
      assert.match(err, /there is no file in it \(INPUT_UNREADABLE\)\n$/)
    })
  }

  for (const threads of ['0', '65', 'many', '']) {
    it(`refuses ${JSON.stringify(threads)} threads`, async () => {
      const { code, err } = await mintmark('ingest', made.folder, ...inCase, '--threads', threads)
      assert.equal(code, 2)
      assert.match(err, /--threads .*\(INPUT_INVALID\)\n$/)
    })
  }
})

describe('verdicts', () => {
  it('--csv is one row an access under the documented header', async () => {
    const { code, out } = await mintmark('verdicts', ...inCase, '--csv')
    assert.equal(code, 1)
    const { header, rows } = csv(out)
    assert.deepEqual(header, [
      'access_id',
      'verdict',
      'reason',
      'strength',
      'base_rate',
      'token_id',
      'at',
      'mailbox',
    ])
    assert.equal(rows.length, made.accesses)
    assert.equal(new Set(rows.map(([id]) => id)).size, made.accesses)
    const unissued = rows.filter(([, verdict]) => verdict === 'unissued')
    assert.equal(unissued.length, made.forged.length)
    assert.deepEqual(new Set(unissued.map((row) => row[5])), new Set(made.forged))
    for (const row of unissued) {
      assert.equal(row[3], 'established')
      assert.ok(Number(row[4]) > 0 && Number(row[4]) <= 1)
      assert.match(row[6] ?? '', /^2023-06-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    }
  })

  it('on a terminal names reasons and tokens', async () => {
    const { out } = await mintmark('verdicts', ...inCase)
    assertHarmless(out)
    assert.ok(made.forged.every((id) => out.includes(id)))
  })
})

describe('evidence', () => {
  it('lists files and, asked for, every reject', async () => {
    const files = await mintmark('evidence', ...inCase)
    assert.match(files.out, /mail\.json +ual-api/)
    assertHarmless(files.out)
    const { header, rows } = csv((await mintmark('evidence', ...inCase, '--rejects')).out)
    assert.deepEqual(header, ['path', 'line', 'kind', 'reason', 'detail'])
    assert.ok(rows.length > 0)
  })
})

describe('coverage', () => {
  it('has a span for each category that was supplied', async () => {
    const { code, out } = await mintmark('coverage', ...inCase, '--json')
    assert.equal(code, 0)
    const spans: unknown = JSON.parse(out)
    const categories = new Set(objects(spans).map(({ category }) => category))
    for (const category of [
      'interactive',
      'non-interactive',
      'service-principal',
      'managed-identity',
    ])
      assert.ok(categories.has(category), category)
    assert.ok(objects(spans).some(({ tenant }) => tenant === TENANT))
  })
})

describe('sql', () => {
  it('answers a question, one JSON object a row', async () => {
    const { code, out } = await mintmark(
      'sql',
      'SELECT verdict, toUInt64(18446744073709551615) AS most, count() AS n FROM judged GROUP BY verdict ORDER BY verdict',
      ...inCase,
    )
    assert.equal(code, 0)
    const rows = out.trimEnd().split('\n').map(parsed)
    const unissued = rows.find(({ verdict }) => verdict === 'unissued')
    assert.equal(Number(unissued?.['n']), made.intrusions)
    assert.equal(unissued?.['most'], '18446744073709551615')
  })

  const refused = [
    'DROP TABLE access',
    'TRUNCATE TABLE evidence',
    'INSERT INTO meta VALUES (1, 2)',
    'ALTER TABLE access DELETE WHERE 1',
    'CREATE TABLE t (a Int8) ENGINE = Memory',
    'SELECT 1; DROP TABLE access',
    "SELECT 1 INTO OUTFILE 'x.csv'",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    'SYSTEM SHUTDOWN',
    '',
  ]
  for (const query of refused) {
    it(`refuses ${JSON.stringify(query)}`, async () => {
      const { code, out, err } = await mintmark('sql', query, ...inCase)
      assert.deepEqual([code, out], [3, ''])
      assert.match(err, /^mintmark: .*\((INPUT_INVALID|ENGINE_QUERY)\)\n$/)
    })
  }

  it('leaves the case as it was', async () => {
    const { out } = await mintmark('sql', 'SELECT count() AS n FROM judged', ...inCase)
    assert.equal(Number(parsed(out)['n']), made.accesses)
  })
})
