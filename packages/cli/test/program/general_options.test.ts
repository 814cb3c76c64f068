import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { errorTrace } from '../../src/render/error_trace.ts'
import { painted } from '../../src/render/paint.ts'
import { run as runWith } from '../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-general-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const key = join(folder, 'key.pem')
writeFileSync(
  key,
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString(),
)
const RED = '\u001b[31m'

/** Runs the program as if a person looked at both of its outputs, or nobody. */
const run = (isTerminal: boolean, ...args: readonly string[]) =>
  runWith(args, { showsProgress: isTerminal, isTerminal, now: () => Date.now() })

function set(name: 'NO_COLOR' | 'TERM', value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

describe('colour', () => {
  const before = { NO_COLOR: process.env['NO_COLOR'], TERM: process.env['TERM'] }
  afterEach(() => {
    set('NO_COLOR', before.NO_COLOR)
    set('TERM', before.TERM)
  })

  const cases: readonly (readonly [string, boolean, boolean, readonly string[], string?])[] = [
    ['is on a terminal', true, true, []],
    ['is not in a pipe', false, false, []],
    ['is not where NO_COLOR is set', false, true, [], '1'],
    ['is where NO_COLOR is empty', true, true, [], ''],
    [
      'is in a pipe where it is asked for, before and behind the command',
      true,
      false,
      ['--color', 'always'],
      '1',
    ],
    ['is not on a terminal where it is turned off', false, true, ['--color', 'never']],
    ['is not in JSON', false, true, ['--color', 'always', '--json']],
    ['is not in SARIF', false, true, ['--color', 'always', '--sarif']],
  ]
  for (const [name, isExpected, isTerminal, args, noColor] of cases)
    it(name, async () => {
      set('NO_COLOR', noColor)
      set('TERM', 'xterm')
      const { code, out } = await run(isTerminal, 'scan', key, ...args)
      assert.deepEqual([code, out.includes(RED)], [1, isExpected])
      const leading = await run(
        isTerminal,
        ...args.filter((each) => each !== '--json'),
        'scan',
        key,
      )
      if (!args.some((each) => /json|sarif/.test(each)))
        assert.equal(leading.out.includes(RED), isExpected)
    })

  it('changes no word', () => {
    const text = 'FOUND: 1 key.\nLEAD: none\nid  established  x\nid  lead\nNOTHING FOUND: none\n'
    assert.equal(stripVTControlCharacters(painted(text)), text)
    assert.ok(painted(text).split('\u001b[').length > 10)
  })

  it('that there is not is a wrong usage', async () => {
    assert.equal((await run(true, 'scan', key, '--color', 'blue')).code, 2)
  })
})

describe('what is said on standard error', () => {
  it('is version, exit code, time and memory where a command is verbose', async () => {
    const { code, out, err } = await run(false, 'scan', key, '--verbose')
    assert.match(
      err,
      /^mintmark: 0\.1\.0\b.*Node .*\nmintmark: exit code 1 after .* s, at most \d+ MiB\n$/,
    )
    assert.deepEqual([code, out], [1, (await run(false, 'scan', key)).out])
  })

  it('is the cause of an error where a command is verbose, and only there', async () => {
    const args = ['scan', key, '--public-key', join(folder, 'none')]
    const { code, err } = await run(false, '-v', ...args)
    assert.match(err, /\(INPUT_UNREADABLE\)\n {4}at [\s\S]*\ncaused by Error \(ENOENT\)\n {4}at /)
    assert.equal(code, 3)
    assert.doesNotMatch((await run(false, ...args)).err, / {4}at /)
  })

  it('quotes nothing that the cause of an error quotes', () => {
    const cause = new SyntaxError('"secret-one" is not JSON\n    at secret-two')
    const said = errorTrace(new Error('unreadable', { cause }))
    assert.match(said, /^ {4}at .*\n[\s\S]*\ncaused by SyntaxError\n {4}at /)
    assert.doesNotMatch(said, /secret/)
  })

  it('cannot be both verbose and quiet', async () => {
    assert.equal((await run(false, 'scan', key, '-q', '-v')).code, 2)
  })

  it('is an error also where a command is quiet', async () => {
    const { code, err } = await run(false, 'evidence', '--case', join(folder, 'none'), '--quiet')
    assert.deepEqual([code, err.endsWith('(CASE_MISSING)\n')], [3, true])
  })
})
