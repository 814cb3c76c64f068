import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commandNames } from '../src/index.ts'
import { Call } from '../src/process/call.ts'
import { mintmark } from './fake_io.ts'

const GOLDEN = fileURLToPath(new URL('../test/golden/help.txt', import.meta.url))

const COMMANDS = [
  'investigate',
  'ingest',
  'evidence',
  'coverage',
  'verdicts',
  'scope',
  'timeline',
  'custody',
  'hunt',
  'report',
  'sql',
  'scan',
  'scrub',
  'replay',
]
/** Questions to a case that exists, with the operands that they need. */
const QUESTIONS: readonly (readonly string[])[] = [
  ['evidence'],
  ['coverage'],
  ['verdicts'],
  ['scope'],
  ['timeline'],
  ['custody', 'dump.dmp'],
  ['hunt'],
  ['report', '--out', 'report-of-none'],
  ['sql', 'SELECT 1'],
]

const folder = mkdtempSync(join(tmpdir(), 'mintmark-help-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('mintmark --help', () => {
  it('is the text that the golden file holds', async () => {
    const { code, out } = await mintmark('--help')
    assert.equal(code, 0)
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, out)
    assert.equal(out, readFileSync(GOLDEN, 'utf8'))
  })

  it('names every command and the exit codes', async () => {
    const { out } = await mintmark('--help')
    const named = new Set([...out.matchAll(/^ {2}([a-z]+)\b.*$/gm)].map((match) => match[1]))
    for (const command of [...COMMANDS, 'gate']) assert.ok(named.has(command), command)
    assert.match(
      out,
      /0 is nothing found .*\n1 is found \(established\)\. 2 is wrong usage\. 3 is failed, .*\n.* 4 is leads only\. 1 wins over 3, 3 over 4\./,
    )
  })

  it('prints the version, and the commit where it is known', async () => {
    const { code, out } = await mintmark('--version')
    assert.deepEqual(
      [code, /^\d+\.\d+\.\d+(?: \([0-9a-f]{12}(?:-dirty)?\))?\n$/.test(out)],
      [0, true],
    )
  })
})

describe('of two formats', () => {
  for (const command of COMMANDS) {
    it(`${command} takes one`, async () => {
      const { out } = await mintmark(command, '--help')
      const formats = ['--json', '--csv', '--sarif', '--timesketch'].filter((each) =>
        new RegExp(`^ {2}${each} `, 'm').test(out),
      )
      for (const other of formats.slice(1)) {
        const asked = ['1', '--case', folder, '--json', other]
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { code, err } = await mintmark(command, ...asked)
        assert.deepEqual([code, /cannot be used with/.test(err)], [2, true], other)
      }
    })
  }
})

describe('a command', () => {
  for (const command of commandNames()) {
    it(`${command} has help with an example of itself`, async () => {
      const { code, out, err } = await mintmark(...command.split(' '), '--help')
      assert.deepEqual([code, err], [0, ''])
      assert.match(out, new RegExp(`Example:\\n {2}mintmark ${command}(?: .+)?$`, 'm'))
      if (!command.includes(' ')) return
      const refused = await mintmark(...command.split(' '), 'place', '--no-such-option')
      assert.deepEqual([refused.code, refused.out], [2, ''])
    })
  }

  for (const command of COMMANDS) {
    it(`${command} refuses an option that it does not have`, async () => {
      const named = { replay: '--out', scan: '--deep', scrub: '--out' }[command] ?? '--case'
      const place = join(folder, 'place')
      const more = command === 'report' ? ['--out', place] : []
      const { code, out, err } = await mintmark(command, named, place, ...more, '--no-such-option')
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /unknown option '--no-such-option'/)
    })
  }

  it('that there is not is a wrong usage', async () => {
    assert.equal((await mintmark('gate')).code, 2)
    assert.equal((await mintmark('gate', 'open')).code, 2)
    assert.equal((await mintmark('divine')).code, 2)
  })

  it('names an option of two words as it is typed', async () => {
    const { code, err } = await mintmark(
      'gate',
      'install',
      '--spool',
      '/none',
      '--max-at-once',
      '0',
    )
    assert.equal(code, 2)
    assert.match(err, /--max-at-once takes a whole number from 1 to 1000/)
  })

  it('that takes a whole number takes no part of one', () => {
    const port = { least: 0, most: 65_535 }
    const io = { out: () => Promise.resolve(), err: () => {}, showsProgress: false, now: () => 0 }
    const called = (options: Record<string, string>) => new Call(options, io)
    assert.equal(called({ port: '80' }).number('port', port), 80)
    assert.throws(() => called({ port: '80.5' }).number('port', port), /takes a whole number/)
    assert.equal(called({ rate: '0.5' }).number('rate', { ...port, isFraction: true }), 0.5)
  })

  it('must be named', async () => {
    assert.equal((await mintmark()).code, 2)
  })
})

describe('a name', () => {
  for (const args of [
    ['scn'],
    ['scn', '--help'],
    ['help', 'scn'],
    ['scn', '-h', '--quiet'],
    ['gate', 'instal', '--help'],
    ['help', 'gate', 'instal'],
  ])
    it(`that is misspelled is a wrong usage, with a suggestion: ${args.join(' ')}`, async () => {
      const { code, out, err } = await mintmark(...args)
      assert.deepEqual([code, out], [2, ''])
      const meant = args.includes('scn') ? 'scan' : 'install'
      assert.ok(err.includes(`(Did you mean ${meant}?)`), err)
    })

  it('below another is shown by help, too', async () => {
    const { code, out } = await mintmark('help', 'gate', 'install')
    assert.deepEqual([code, out], [0, (await mintmark('gate', 'install', '--help')).out])
  })
})

describe('the case', () => {
  for (const question of [...QUESTIONS, ['ingest', 'file']]) {
    it(`must be named for ${question[0]}`, async () => {
      const { code, err } = await mintmark(...question)
      assert.equal(code, 2)
      assert.match(err, /--case/)
    })
  }

  for (const question of QUESTIONS) {
    it(`must exist for ${question[0]}, and is not made by it`, async () => {
      const missing = join(folder, `none-${question[0]}`)
      const { code, out, err } = await mintmark(...question, '--case', missing)
      assert.equal(code, 3)
      assert.equal(out, '')
      assert.match(err, /^mintmark: .*\(CASE_MISSING\)\n$/)
      assert.equal(existsSync(missing), false)
    })
  }

  it('is not a folder with other files in it', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'other work')
    const { code, err } = await mintmark('evidence', '--case', folder)
    assert.equal(code, 3)
    assert.match(err, /\(CASE_INVALID\)\n$/)
  })
})

describe('a value', () => {
  const file = join(folder, 'empty.ndjson')
  const place = join(folder, 'place')
  it('that is not a time is quoted, beside one that is', async () => {
    const { err } = await mintmark('scope', '--from', 'to\u001bmorow', '--case', place)
    assert.match(
      err,
      /Invalid value for --from: "to\\x1bmorow" is not a time\. Use 2023-05-15T08:00Z /,
    )
  })

  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ['a time that is none', ['investigate', file, '--from', 'yesterday', '--case', place]],
    ['a day that the calendar lacks', ['investigate', file, '--to', '2023-02-30', '--case', place]],
    ['an unknown scenario', ['replay', 'storm-0559', '--out', place]],
    ['a seed that is no number', ['replay', 'storm-0558', '--seed', 'x', '--out', place]],
    ['a seed with a fraction', ['replay', 'storm-0558', '--seed', '1.5', '--out', place]],
    ['a scale of nothing', ['replay', 'storm-0558', '--scale', '0', '--out', place]],
    ['an empty scale', ['replay', 'storm-0558', '--scale', '', '--out', place]],
    ['an empty case, which would be this folder', ['ingest', file, '--case', '']],
    ['an empty one of several', ['scan', file, '--public-key', file, '']],
    ['standard output for a replay', ['replay', 'storm-0558', '--out', '-']],
    [
      'standard output for a replay on real parts',
      ['replay', 'storm-0558', '--live', '--out', '-'],
    ],
    ['standard output for a report', ['report', '--case', place, '--out', '-']],
    ['standard output for a scrub', ['scrub', file, '--out', '-']],
    ['standard output for what a scrub reports', ['scrub', file, '--out', place, '--report', '-']],
  ]
  for (const [name, args] of wrong) {
    it(`is refused with its option named: ${name}`, async () => {
      const { code, out, err } = await mintmark(...args)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /^mintmark: .*\(INPUT_INVALID\)\n$/)
      assert.equal(existsSync(place), false)
    })
  }

  it('from the user reaches the terminal without its control characters', async () => {
    const { code, err } = await mintmark('evidence', '--case', join(folder, 'a\u001b[2J\u202eb'))
    assert.equal(code, 3)
    assert.equal(err.includes('\u001b'), false)
    assert.equal(err.includes('\u202e'), false)
  })

  it('that names no file is refused, and no case is made for it', async () => {
    const { code, err } = await mintmark(
      'investigate',
      join(folder, 'none'),
      '--attacker',
      join(folder, 'nobody.txt'),
      '--case',
      place,
    )
    assert.equal(code, 3)
    assert.match(err, /\(INPUT_UNREADABLE\)\n$/)
    assert.equal(existsSync(place), false)
  })
})
