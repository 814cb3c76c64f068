/** `mintmark trust lint`: outputs, allow-list, exit codes, and the page that its rules are listed on. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { CONFIG_LANGUAGES, type Rule, readRules } from '@mintmark/trust/lint'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { mintmark } from '../../fake_io.ts'
import { sarifErrors } from '../../render/sarif_official.ts'

const DOCS = new URL('../../../../../docs/', import.meta.url)
const root = mkdtempSync(path.join(tmpdir(), 'mintmark-lint-'))
after(() => rmSync(root, { recursive: true, force: true }))

const SECRET = 'a-secret-that-is-in-no-output'
const source = `import jwt from 'jsonwebtoken'\njwt.verify(token, '${SECRET}', { algorithms: ['none'] })\n`

function made(name: string, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(root, `${name}-`))
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text)
  return folder
}

const bad = made('bad', { 'a.ts': source, 'ü b.ts': source })

function allowing(name: string, entry: Readonly<Record<string, string>>): string {
  const file = path.join(root, `${name}.json`)
  writeFileSync(file, JSON.stringify({ allow: [entry] }))
  return file
}

describe('mintmark trust lint', () => {
  it('prints findings by rule within 80 columns, with file, line, fix and coverage', async () => {
    const { code, out } = await mintmark('trust', 'lint', bad)
    assert.equal(code, 1)
    assert.match(
      out,
      /^2 errors, 0 warnings, 0 notes\n\nERROR jsonwebtoken-none: .*\n {2}a\.ts:2\n/,
    )
    assert.match(out, /Fix: Take none off the list\. \(RFC 8725 §3\.2\)/)
    assert.match(out, /Coverage: 2 files examined with \d+ rules, 0 not; 0 of other kinds\./)
    for (const line of out.split('\n')) assert.ok(line.length <= 80, line)
  })

  it('prints JSON of the schema, and SARIF of the official one; no source text in any', async () => {
    const json = await mintmark('trust', 'lint', bad, '--json')
    const schema: unknown = JSON.parse(
      readFileSync(new URL('schema/trust-lint-1.schema.json', DOCS), 'utf8'),
    )
    assert.ok(isObject(schema))
    const validate = new Ajv2020({ allErrors: true }).compile(schema)
    assert.ok(validate(parseObject(json.out)), JSON.stringify(validate.errors))
    const sarif = await mintmark('trust', 'lint', bad, '--sarif')
    assert.deepEqual([json.code, sarif.code], [1, 1])
    assert.deepEqual(sarifErrors(parseObject(sarif.out)), [])
    assert.match(sarif.out, /"uri": "%C3%BC%20b\.ts"/)
    const text = await mintmark('trust', 'lint', bad)
    for (const { out } of [json, sarif, text]) assert.ok(!out.includes(SECRET))
  })

  it('ends with 0 for notes alone, and with 3 where a file was not examined', async () => {
    const notes = made('notes', { 'a.ts': "import { decodeJwt } from 'jose'\ndecodeJwt(token)\n" })
    assert.equal((await mintmark('trust', 'lint', notes)).code, 0)
    const broken = made('broken', { 'a.ts': "import { decodeJwt } from 'jose'\nconst = = (\n" })
    const { code, out } = await mintmark('trust', 'lint', broken)
    assert.equal(code, 3)
    assert.match(out, /Not examined:\n {2}a\.ts: a part of it could not be parsed/)
  })

  it('cannot tell where there is no file that it reads', async () => {
    for (const folder of [made('empty', {}), made('other', { 'a.txt': source })]) {
      const { code, out } = await mintmark('trust', 'lint', folder)
      assert.equal(code, 3)
      assert.match(out, /^CANNOT TELL: no file was examined\n/)
    }
  })

  it('takes an allow-list for a time and a file, and names entries that count for nothing', async () => {
    const none = { rule: 'jsonwebtoken-none', reason: 'an internal test', until: '2999-01-31' }
    const all = await mintmark('trust', 'lint', bad, '--allow', allowing('all', none))
    assert.equal(all.code, 0)
    assert.match(all.out, /^0 errors, 0 warnings, 0 notes; 2 findings allowed/)
    const one = allowing('one', { ...none, file: 'a.ts' })
    assert.match((await mintmark('trust', 'lint', bad, '--allow', one)).out, /^1 error, /)
    const past = allowing('past', { ...none, until: '1960-01-31' })
    const ended = await mintmark('trust', 'lint', bad, '--allow', past)
    assert.equal(ended.code, 1)
    assert.match(ended.out, /past its end or without a finding:\n {2}jsonwebtoken-none, until 1960/)
    const unknown = allowing('unknown', { ...none, rule: 'no-such-rule' })
    assert.equal((await mintmark('trust', 'lint', bad, '--allow', unknown)).code, 2)
  })
})

const RULES = readRules()
const isSource = ({ languages }: Rule) => CONFIG_LANGUAGES.every((each) => each !== languages[0])
const isJavaScript = ({ languages }: Rule) => languages[0] === 'js'
const PAGES: readonly (readonly [file: string, title: string, readonly Rule[]])[] = [
  ['javascript', 'Rules of lint for JavaScript and TypeScript', RULES.filter(isJavaScript)],
  [
    'languages',
    'Rules of lint for Python, Go, Java and C#',
    RULES.filter((rule) => isSource(rule) && !isJavaScript(rule)),
  ],
  ['configuration', 'Rules of lint for configuration', RULES.filter((rule) => !isSource(rule))],
]

const HEAD = `Rules of [\`mintmark trust lint\`](trust-lint.md). Each has a bad and a good example in
\`packages/trust/test/lint/lint_examples.yaml\`, which are its test.

| rule | level | languages | found | source |
|---|---|---|---|---|`

describe('the pages of rules', () => {
  for (const [name, title, rules] of PAGES)
    it(`docs/trust-lint-${name}.md says what the rules say (UPDATE_GOLDEN=1 writes it)`, () => {
      const rows = rules.map(
        ({ id, level, languages, title: found, source: from }) =>
          `| \`${id}\` | ${level} | ${languages.join(', ')} | ${found} | ${from} |\n`,
      )
      const expected = `# ${title}\n\n${HEAD}\n${rows.join('')}`
      const page = new URL(`trust-lint-${name}.md`, DOCS)
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(page, expected)
      assert.equal(readFileSync(page, 'utf8'), expected)
    })
})
