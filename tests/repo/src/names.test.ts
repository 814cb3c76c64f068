/** Names of product code and of its JSON: no word that the glossary replaced. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { identifiersIn, namesInSchema, OLD_WORDS, oldWordsIn } from './names.ts'
import { projectFiles, read } from './repository.ts'

const PRODUCT =
  /^packages\/(?!testkit\/)[a-z]+\/(?:src|app|report|assembly|hunts)\/.*(?<!\.wasm)\.(?:ts|svelte|css|sql)$/
const SCHEMA = /^docs\/schema\/.*\.json$/

/** Where an old word is a name by right: word, files, and the reason. */
const ALLOWED: readonly (readonly [word: RegExp, files: RegExp, reason: string])[] = [
  [/^form$/, /^packages\/web\/app\//, 'a form of HTML'],
  [/^form$/, /introspect_route\.ts$|targets\/targets\.ts$/, 'a form of HTTP'],
  [/^form$/, /trust-probe-1\.schema\.json$/, 'a family of forged tokens, which `--vectors` takes'],
  [/^(?:lesser|candidates)$/, /dumps\/scrub\.ts$|^packages\/scrub\/src\/scrub/, 'options of scrub'],
  [/^candidates?$/, /^packages\/(?:case|ledger|replay)\//, 'accesses, files or numbers to examine'],
  [/^candidates?$/, /scan\/(?:assembly|src\/(?:slices|known\/rsa))\//, 'numbers to divide by'],
  [/^look$/, /^packages\/case\//, 'look-back, a term of evidence'],
  [/^look$/, /^packages\/guard\//, 'to look up'],
  [/^places?$/, /^packages\/case\//, 'networks in which users sign in: a table that hunts read'],
  [
    /^proofs?$/,
    /^packages\/(?:ledger|trust)\/|cli\/src\/commands\/(?:ledger|trust)\//,
    'of a tree',
  ],
  [/^(?:proof|proven)s?$/, /^packages\/(?:logs|case)\//, 'of an order of dates, or by coverage'],
  [/^proven$/, /distrusted_keys\.ts$/, 'that a key is compromised'],
  [/^sight(?:ed|ings?)$/, /stix|case\/src\/index\.ts$|write_report\.ts$/, 'a term of STIX'],
  [/^lanes?$/, /^packages\/(?:scan|ledger)\//, 'of SIMD'],
]

interface Named {
  readonly file: string
  readonly name: string
  readonly word: string
}

function oldNames(file: string, names: readonly string[]): Named[] {
  return names.flatMap((name) => oldWordsIn(name).map((word) => ({ file, name, word })))
}

const files = projectFiles()
const inSources = (): Named[] =>
  files
    .filter((file) => PRODUCT.test(file))
    .flatMap((file) =>
      oldNames(file, [...file.split('/').slice(1), ...identifiersIn(file, read(file))]),
    )
const inSchemas = (): Named[] =>
  files
    .filter((file) => SCHEMA.test(file))
    .flatMap((file) => oldNames(file, namesInSchema(JSON.parse(read(file)))))

const isAllowed = ({ file, word }: Named): boolean =>
  ALLOWED.some(([words, where]) => words.test(word) && where.test(file))

const refusedOf = (all: readonly Named[]): string =>
  all
    .filter((each) => !isAllowed(each))
    .map(({ file, name, word }) => `${file}: ${name}: ${OLD_WORDS.get(word) ?? 'see the glossary'}`)
    .join('\n')

describe('names of the product', () => {
  it('have no word that the glossary replaced in code and files', () => {
    assert.ok(files.filter((file) => PRODUCT.test(file)).length > 800)
    assert.equal(refusedOf(inSources()), '')
  })

  it('have none in members and values of schemas', () => {
    assert.ok(files.filter((file) => SCHEMA.test(file)).length > 10)
    assert.equal(refusedOf(inSchemas()), '')
  })

  it('need each exception', () => {
    const all = [...inSources(), ...inSchemas()]
    const unused = ALLOWED.filter(
      ([words, where]) => !all.some(({ file, word }) => words.test(word) && where.test(file)),
    )
    assert.deepEqual(unused, [])
  })
})

const namesIn = (file: string, ...lines: string[]) =>
  oldNames(file, identifiersIn(file, lines.join('\n'))).map(({ name }) => name)

describe('the check of names', () => {
  it('finds words in every spelling of a name', () => {
    for (const name of ['lookBefore', 'first_look', 'isOurs', 'HTTPForm', 'is-told', '--theirs'])
      assert.equal(oldWordsIn(name).length, 1, name)
    assert.deepEqual(oldWordsIn('eitherParty'), ['either party'])
    for (const name of ['format', 'platform', 'places2', 'outlook', 'kept', 'answers'])
      assert.deepEqual(oldWordsIn(name), [], name)
  })

  it('finds names in code, also within a template, and in each kind of file', () => {
    const code = [
      `const a = \`form \${place({ told })} \${\`\${ours}\`} form\``,
      "f('form') // form",
    ]
    assert.deepEqual(namesIn('a.ts', ...code, 'x.theirs = /form/u'), [
      'place',
      'told',
      'ours',
      'theirs',
    ])
    assert.deepEqual(namesIn('a.svelte', '<p style="color: var(--ours)">form {place}</p>'), [
      'place',
      '--ours',
    ])
    assert.deepEqual(namesIn('a.sql', "SELECT Place, 'form' -- form"), ['place'])
    assert.deepEqual(namesIn('a.css', '.form { color: var(--x) } /* place */'), ['.form'])
  })

  it('finds members, definitions and values of a schema, and no descriptions', () => {
    const schema = {
      $defs: { told: {} },
      properties: { form: { enum: ['theirs', 1], description: 'place' } },
    }
    assert.deepEqual(namesInSchema(schema), ['told', 'form', 'theirs'])
  })
})
