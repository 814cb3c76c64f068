/** The claims of docs/threat-model.md and the pages that continue it, held against the tests that they name. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { projectFiles, read } from './repository.ts'
import { QUOTED, textOf } from './wording.ts'

/** Heading of the section whose claims name no test. */
const UNTESTED = 'Claims without a test'
/** A shorter beginning of a name could fit by chance. */
const LEAST_PREFIX = 8

interface NamedTest {
  readonly path: string
  /** `suite > test`, or the test alone. */
  readonly name: string
}

interface Claim {
  readonly number: string
  readonly section: string
  /** The last cell, as it is written. */
  readonly cell: string
}

/** All rows of the tables that begin with the columns number and claim. */
function claimsOf(page: string): Claim[] {
  return page
    .split('\n## ')
    .slice(1)
    .flatMap((section) => {
      const [title = '', ...lines] = section.split('\n')
      const rows = lines.filter((line) => line.startsWith('|'))
      if (!rows[0]?.startsWith('| | Claim |')) return []
      return rows.slice(2).map((row): Claim => {
        const [number = '', ...cells] = row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
        return { number, section: title, cell: cells.at(-1) ?? '' }
      })
    })
}

/** Tests that a cell names, undefined if it has another form. A name without a path is in the file before it. */
function testsIn(cell: string): NamedTest[] | undefined {
  let path = ''
  const tests: NamedTest[] = []
  for (const part of cell.split('; ')) {
    const [, file, name] = /^(?:`([\w./-]+)`: )?`([^`]+)`$/.exec(part) ?? []
    path = file ?? path
    if (name === undefined || path === '') return undefined
    tests.push({ path, name })
  }
  return tests
}

const TEST_CALL = String.raw`\b(?:it|test)\(\s*${QUOTED}`

const fits = (name: string) => (title: string) =>
  title === name ||
  (name.endsWith('…') && name.length > LEAST_PREFIX && title.startsWith(name.slice(0, -1)))

/** The suites of this name; each ends where the formatter's indentation closes it. */
function suitesOf(source: string, name: string): string[] {
  const starts = source.matchAll(new RegExp(`^( *)describe\\(\\s*${QUOTED}`, 'gm'))
  return [...starts]
    .filter((match) => fits(name)(textOf(match[2] ?? '')))
    .map((match) => source.slice(match.index).split(`\n${match[1]}})`)[0] ?? '')
}

/** Whether a table of the file has the title, for tests that are called `it(name, …)`. */
function isInTable(source: string, title: string): boolean {
  const rest = source.replaceAll(new RegExp(TEST_CALL, 'g'), '')
  return [`'${title}'`, `"${title}"`].some((literal) => rest.includes(literal))
}

/** Number of different titles in a source that a name fits. */
function countTests(source: string, name: string): number {
  const suites = name.split(' > ')
  const test = suites.pop() ?? ''
  let parts = [source]
  for (const suite of suites) parts = parts.flatMap((part) => suitesOf(part, suite))
  const titles = parts.flatMap((part) =>
    [...part.matchAll(new RegExp(TEST_CALL, 'g'))].map((match) => textOf(match[1] ?? '')),
  )
  const count = new Set(titles.filter(fits(test))).size
  const isTabled = parts.some((part) => /\b(?:it|test)\([a-z]\w*,/.test(part))
  return count === 0 && isTabled && isInTable(source, test) ? 1 : count
}

/** What is wrong with the tests of a claim. @param sourceOf undefined for a file that is not there */
function faultsOf(claim: Claim, sourceOf: (path: string) => string | undefined): string[] {
  const tests = testsIn(claim.cell)
  if (tests === undefined) return [`${claim.number} names no test`]
  return tests.flatMap(({ path, name }) => {
    const source = sourceOf(path)
    if (source === undefined) return [`${claim.number}: there is no ${path}`]
    const count = countTests(source, name)
    if (count === 1) return []
    return [
      `${claim.number}: ${count === 0 ? 'no test' : `${count} tests`} named ${name} in ${path}`,
    ]
  })
}

/** Numbers that repeat, descend or are missing. */
function misnumbered(claims: readonly Claim[]): string[] {
  const last = new Map<string, number>()
  return claims.flatMap(({ number, section }) => {
    const [, letter, digits] = /^([A-Z])([1-9]\d*)$/.exec(number) ?? []
    if (letter === undefined) return [`no number in ${section}: ${number}`]
    const before = last.get(letter) ?? 0
    last.set(letter, Math.max(before, Number(digits)))
    return Number(digits) > before ? [] : [`${number} after ${letter}${before}`]
  })
}

const PAGES = ['', '-dumps', '-ledger', '-trust'].map((part) => `docs/threat-model${part}.md`)
const claims = PAGES.flatMap((page) => claimsOf(read(page)))
const tested = claims.filter(({ section }) => section !== UNTESTED)
const testFiles = new Set(
  projectFiles().filter((file) => /^(?:packages\/[a-z]+\/test|tests\/\w+\/\w+)\/\w/.test(file)),
)
const sourceOf = (path: string) => (testFiles.has(path) ? read(path) : undefined)

describe('the threat model', () => {
  it('has claims on every part of the product', () => {
    const letters = new Set(tested.map(({ number }) => number.charAt(0)))
    assert.deepEqual([...letters], ['R', 'G', 'S', 'C', 'L', 'K', 'P'])
    assert.ok(tested.length >= 40, `${tested.length} claims`)
  })

  it('numbers each claim once, in ascending order', () => {
    assert.deepEqual(misnumbered(claims), [])
  })

  it('names for each claim tests that exist', () => {
    assert.deepEqual(
      tested.flatMap((claim) => faultsOf(claim, sourceOf)),
      [],
    )
  })

  it('says for each other claim what a test would need, and names none', () => {
    const wrong = claims
      .filter(({ section }) => section === UNTESTED)
      .filter(({ cell }) => cell === '' || testsIn(cell) !== undefined)
    assert.deepEqual(wrong, [])
  })
})

/** A made-up file of tests, with a title of each kind. */
const SAMPLE = `describe('a guard', () => {
  it('refuses a forged token', () => {})
  for (const name of names)
    it(\`refuses \${name} and says so\`, () => {})
})

describe('a ledger', () => {
  const cases = [['a wrong clock']]
  for (const [name] of cases) it(name, () => {})
})
`

const check = (cell: string) =>
  faultsOf({ number: 'X1', section: 'Made up', cell }, (path) =>
    path === 'a.test.ts' ? SAMPLE : undefined,
  )

describe('the check of the claims', () => {
  it('finds a test by its title, by its suite, as a template and in a table', () => {
    for (const name of [
      'refuses a forged token',
      'a guard > refuses a forged token',
      'a guard > refuses … and says so',
      'refuses a forged …',
      'a ledger > a wrong clock',
    ])
      assert.deepEqual(check(`\`a.test.ts\`: \`${name}\``), [], name)
    assert.deepEqual(check('`a.test.ts`: `refuses a forged token`; `a wrong clock`'), [])
  })

  it('reports a wrong title, a wrong suite, and a beginning that fits two titles', () => {
    for (const [name, count] of [
      ['refuses a forged', 'no test'],
      ['accepts a forged token', 'no test'],
      ['a ledger > refuses a forged token', 'no test'],
      ['a guard > a wrong clock', 'no test'],
      ['another > refuses a forged token', 'no test'],
      ['re…', 'no test'],
      ['refuses …', '2 tests'],
    ] as const)
      assert.deepEqual(check(`\`a.test.ts\`: \`${name}\``), [
        `X1: ${count} named ${name} in a.test.ts`,
      ])
  })

  it('reports a missing file, and a claim without a test', () => {
    assert.deepEqual(check('`b.test.ts`: `refuses a forged token`'), ['X1: there is no b.test.ts'])
    for (const cell of ['', '-', '`refuses a forged token`', 'see `a.test.ts`', '`a.test.ts`: '])
      assert.deepEqual(check(cell), ['X1 names no test'], cell)
  })

  it('reports numbers that repeat, descend or are missing', () => {
    const rows = [
      '| A1 | x | y |',
      '| A3 | x | y |',
      '| A2 | x | y |',
      '| A3 | x | y |',
      '| | x | y |',
    ]
    const page = ['# T', '## S', '', '| | Claim | Test |', '|---|---|---|', ...rows].join('\n')
    assert.deepEqual(misnumbered(claimsOf(page)), [
      'A2 after A3',
      'A3 after A3',
      'no number in S: ',
    ])
  })
})
