import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Made, STOLEN_MESSAGES, writeEvidence } from '../../evidence_folder.ts'
import { mintmark } from '../../fake_io.ts'
import { assertHarmless, csv, DANGEROUS, parsed } from '../../printed.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-cli-'))
const place = join(folder, 'case')
const inCase = ['--case', place]
let made: Made

before(async () => {
  made = writeEvidence(join(folder, 'exports'))
  // Ingested, and without verdicts: a query brings the case up to date by itself.
  const { code } = await mintmark('ingest', made.folder, ...inCase, '--threads', '2')
  assert.equal(code, 0)
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('scope', () => {
  it('by default is of what the verdicts point at, of a case that was only read in', async () => {
    const { code, out } = await mintmark('scope', ...inCase, '--json')
    assert.equal(code, 1)
    assert.equal(parsed(out)['accesses'], made.intrusions)
    // Two lines of the log could not be read, and may have been accesses of the same days.
    const because = 'records of the access log lost at 1 time'
    assert.deepEqual(parsed(out)['messages'], { lower: STOLEN_MESSAGES, upper: null, because })
  })

  it('--csv has a row an account, formulas neutralised', async () => {
    const { code, out } = await mintmark('scope', ...inCase, '--all', '--csv')
    assert.equal(code, 1)
    const { header, rows } = csv(out)
    const group = header.indexOf('group')
    const cy = rows.find(([mailbox]) => mailbox === 'cy@example.gov')
    assert.equal(rows.length, 3)
    assert.equal(cy?.[group], "'=Europe")
  })

  it('takes a selection, values as alternatives and options narrowing', async () => {
    const users = ['--mailbox', 'bo@example.gov', 'cy@example.gov']
    const both = await mintmark('scope', ...inCase, ...users, '--json')
    assert.equal(parsed(both.out)['mailboxes'], 2)
    const day = ['--from', '2023-06-06', '--to', '2023-06-07']
    const narrow = await mintmark('scope', ...inCase, ...users, ...day, '--json')
    assert.equal(parsed(narrow.out)['accesses'], 48)
    const none = await mintmark('scope', ...inCase, '--ip', '198.51.100.0/24', '--json')
    assert.deepEqual([none.code, parsed(none.out)['accesses']], [0, 0])
  })

  it('refuses a span of time with nothing in it', async () => {
    const span = ['--from', '2023-06-07', '--to', '2023-06-06']
    const { code, err } = await mintmark('scope', ...inCase, ...span)
    assert.equal(code, 2)
    assert.match(err, /--to must be later than --from.*\(INPUT_INVALID\)/)
  })

  it('says which value is no address, and what one looks like', async () => {
    const { code, err } = await mintmark('scope', ...inCase, '--ip', '192.0.2.1', '192.0.2')
    assert.equal(code, 2)
    assert.match(err, /^mintmark: --ip takes addresses and networks, .*: "192\.0\.2" is none \(/)
    const token = await mintmark('scope', ...inCase, '--token', 'zzz')
    assert.match(token.err, /^mintmark: --token takes token ids, .*: "zzz" is none \(/)
  })

  it('of a name that no record has says that it may be misspelt', async () => {
    const { code, out } = await mintmark('scope', ...inCase, '--mailbox', 'ob@example.gov')
    assert.equal(code, 0)
    assert.match(out, /\n\nNo access of this case is selected\. .*misspelt/s)
    assert.match(out, /^messages +unknown: no access is selected/m)
    assert.doesNotMatch(out, /^mailbox /m)
  })

  it('takes a list of indicators, and says which of its lines are none', async () => {
    const list = join(folder, 'indicators.txt')
    writeFileSync(list, '# known\n203.0.113.99\n\u0000 what is this\n')
    const { code, out, err } = await mintmark('scope', ...inCase, '--attacker', list, '--json')
    assert.equal(code, 1)
    assert.match(err, /--attacker line 3: /)
    assert.equal(parsed(out)['accesses'], made.intrusions)
  })
})

describe('a list of indicators', () => {
  for (const { name, bytes } of [
    { name: 'in UTF-16', bytes: Buffer.from('\ufefftype,value\r\nip,203.0.113.99\r\n', 'utf16le') },
    { name: 'cut by semicolons', bytes: Buffer.from('\ufeffType;Value\r\nip;"203.0.113.99"\r\n') },
  ])
    it(`${name} is read`, async () => {
      const list = join(folder, 'list.csv')
      writeFileSync(list, bytes)
      const { out, err } = await mintmark('scope', ...inCase, '--attacker', list, '--json')
      assert.equal(err, '')
      assert.equal(parsed(out)['accesses'], made.intrusions)
    })

  it('that cannot be read at all is refused, not answered with zero', async () => {
    const list = join(folder, 'list.csv')
    writeFileSync(list, 'what is this\n')
    const { code, err } = await mintmark('scope', ...inCase, '--attacker', list, '--json')
    assert.equal(code, 2)
    assert.match(err, /INPUT_INVALID/)
  })
})

describe('timeline', () => {
  it('--timesketch has the mandatory members on every line', async () => {
    const { code, out } = await mintmark('timeline', ...inCase, '--timesketch')
    assert.equal(code, 1)
    const events = out.trimEnd().split('\n').map(parsed)
    assert.equal(events.length, made.intrusions)
    for (const event of events) {
      assert.ok(String(event['message']).length > 0)
      assert.match(String(event['datetime']), /^2023-06-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.equal(event['timestamp_desc'], 'Access Time')
      assert.equal(event['timestamp'], Date.parse(String(event['datetime'])) * 1000)
    }
  })

  it('--csv does not let a client string run in a spreadsheet', async () => {
    const { out } = await mintmark('timeline', ...inCase, '--csv')
    const { header, rows } = csv(out)
    const client = header.indexOf('client')
    assert.equal(rows.length, made.intrusions)
    for (const row of rows) {
      assert.match(row[header.indexOf('at')] ?? '', /^2023-06-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.match(row[client] ?? '', /^'=HYPERLINK/)
      assert.equal(DANGEROUS.test(row.join('')), false)
    }
  })

  it('--csv has its header where nothing is selected, too', async () => {
    const { code, out } = await mintmark('timeline', ...inCase, '--csv', '--ip', '192.0.2.254')
    assert.deepEqual([code, csv(out).rows.length], [0, 0])
    assert.equal(csv(out).header[0], 'at')
  })

  it('on a terminal shows the first access and the begin of coverage', async () => {
    const { out } = await mintmark('timeline', ...inCase)
    assertHarmless(out)
    assert.match(out, /^first {9}2023-06-07 02:20 UTC/m)
    assert.match(out, /^blind before {2}2023/m)
  })
})

describe('custody', () => {
  it('of a file that no record names claims nothing', async () => {
    const { code, out } = await mintmark('custody', 'crash.dmp', ...inCase)
    assert.equal(code, 3)
    assert.match(out, /no proof/)
  })
})

describe('hunt', () => {
  it('--list names every hunt with its class and strength, and needs no case', async () => {
    for (const given of [inCase, []]) {
      const { code, out } = await mintmark('hunt', ...given, '--list')
      assert.equal(code, 0)
      assert.match(out, /^session_two_places +replayed +/m)
    }
  })

  it('needs a case for everything else', async () => {
    const { code, err } = await mintmark('hunt')
    assert.equal(code, 2)
    assert.match(err, /--case <CASE>/)
  })

  it('refuses an id that is none', async () => {
    const { code, err } = await mintmark('hunt', 'no_such_hunt', ...inCase)
    assert.equal(code, 2)
    assert.match(err, /\(INPUT_INVALID\)\n$/)
  })

  it('--csv is header and rows that are harmless', async () => {
    const { out } = await mintmark('hunt', ...inCase, '--csv')
    const { header, rows } = csv(out)
    assert.equal(header[0], 'hunt')
    for (const row of rows) assert.equal(row.length, header.length)
    assert.equal(DANGEROUS.test(out.replaceAll('\r\n', '')), false)
  })
})

describe('JSON on a terminal', () => {
  const calls = [
    ['scope', '--all', '--json'],
    ['timeline', '--all', '--json'],
    ['timeline', '--all', '--timesketch'],
    ['custody', '--json'],
    ['hunt', '--json'],
    ['verdicts', '--json'],
    ['coverage', '--json'],
    ['evidence', '--json'],
    ['sql', 'SELECT client, item_subject FROM access'],
  ]
  for (const call of calls)
    it(`of ${call.slice(0, 1).concat(call.slice(-1)).join(' ')} holds no character of a log that it would obey`, async () => {
      assertHarmless((await mintmark(...call, ...inCase)).out)
    })

  it('has those characters as escapes, so that nothing of the log is lost', async () => {
    const { out } = await mintmark('sql', 'SELECT client FROM access', ...inCase)
    const clients = out.split('\n').flatMap((line) => (line === '' ? [] : [parsed(line)['client']]))
    assert.ok(
      clients.some((client) => typeof client === 'string' && client.includes('\u009b31m\u202e')),
    )
  })
})
