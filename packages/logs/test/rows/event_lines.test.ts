import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adapters, EvidenceReader, type Issuance, proveDateOrder } from '../../src/index.ts'
import { collect, collector, once } from '../collected.ts'

const TOKEN = '581284e9-dfb6-4df8-9c21-fb259167fb4d'
const EVENT = `type="CODE_TO_TOKEN", realmId="r1", realmName="agency", clientId="wiki", userId="u1", ipAddress="192.0.2.7", token_id="${TOKEN}", username="ada@example.org"`
const PREFIX = '2023-05-15 08:01:02,123 DEBUG [org.keycloak.events] (executor-thread-1) '
const START =
  'Updating the configuration and installing your custom providers, if any. Please wait.'
const ESCAPE = '\u001B'
const options = { adapters }

function issuancesOf(text: string): [Issuance, number][] {
  const given: [Issuance, number][] = []
  const sink = {
    ...collector([]),
    issuance: (record: Issuance, line: number) => given.push([record, line]),
  }
  const reader = new EvidenceReader(sink, options)
  reader.push(Buffer.from(text))
  assert.equal(reader.end().shape, 'keycloak-log')
  return given
}

it('events of Keycloak are read from the lines of its log', () => {
  const [given] = issuancesOf(`${START}\n${PREFIX}${EVENT}\n`)
  assert.ok(given !== undefined)
  const [issuance, line] = given
  assert.equal(line, 2)
  assert.equal(issuance.tokenId, TOKEN)
  assert.equal(issuance.tenant, 'agency')
  assert.equal(issuance.principal, 'ada@example.org')
  assert.equal(issuance.atMs, Date.UTC(2023, 4, 15, 8, 1, 2, 123))
})

const texts: { name: string; text: string; events: string[] }[] = [
  {
    name: 'behind the first line of a container, which reads as a CSV header',
    text: `${START}\n${PREFIX}${EVENT}\n`,
    events: ['issuance @2'],
  },
  {
    name: 'behind the name of a host, as syslog writes it',
    text: `May 15 08:01:02 id1 keycloak: ${PREFIX}${EVENT}\r\n`,
    events: ['issuance @1'],
  },
  {
    name: 'in the colours of a console',
    text: `${PREFIX}${ESCAPE}[38;5;203m${EVENT}${ESCAPE}[39m\n`,
    events: ['issuance @1'],
  },
  {
    name: 'as older versions write them',
    text: `${PREFIX}type=CODE_TO_TOKEN, realmId=r1, clientId=wiki, token_id=${TOKEN}\n`,
    events: ['issuance @1'],
  },
  {
    name: 'between other lines, which are no rejects',
    text: `${PREFIX}started, in 3 s\n${PREFIX}${EVENT}\n\tat org.example.Some.call(Some.java)\n${PREFIX}${EVENT}`,
    events: ['issuance @2', 'issuance @4'],
  },
  {
    name: 'and a line that lost its realm is a reject',
    text: `${PREFIX}${EVENT}\n${PREFIX}type="CODE_TO_TOKEN", rea\n`,
    events: ['issuance @1', 'bad row unrecognised-record @2'],
  },
  {
    name: 'and one without a time is a reject',
    text: `${EVENT}\n`,
    events: ['bad payload time-missing @1'],
  },
  {
    name: 'and a line over the limit is a reject',
    text: `${PREFIX}${EVENT}\n${'x'.repeat(1_100_000)}\n${PREFIX}${EVENT}\n`,
    events: ['issuance @1', 'bad row row-too-long @2', 'issuance @3'],
  },
]

describe('lines of a log are read', () => {
  for (const { name, text, events } of texts) {
    it(name, () => {
      const whole = collect(text, [], options)
      assert.deepEqual(whole.events, events)
      assert.deepEqual(collect(text, [4099], options), whole)
      if (text.length < 10_000) assert.deepEqual(collect(text, [1], options), whole)
    })
  }

  it('with bytes that are no UTF-8 counted', () => {
    const bytes = Buffer.from(`${PREFIX}${EVENT}, x="\xff"\n`, 'latin1')
    const { events } = collect(bytes, [], options)
    assert.deepEqual(events, ['bad payload invalid-utf8 @1', 'issuance @1'])
  })

  it('and need no pass for the order of dates', async () => {
    const dates = await proveDateOrder(once(`${PREFIX}${EVENT}\n`), adapters)
    assert.deepEqual(dates, { order: 'unproven', hasAmbiguous: false, isContradicted: false })
  })
})

it('lines that end in CR alone give the records that they give with LF', () => {
  const lines = [START, `${PREFIX}${EVENT}`, `${PREFIX}type="CODE_TO_TOKEN", rea`, PREFIX + EVENT]
  const text = lines.join('\n')
  const other = EVENT.replace('ada@', 'bo@').replace(TOKEN, TOKEN.replace('5', '6'))
  const both = `${PREFIX}${EVENT}\n${PREFIX}${other}\n`
  for (const each of [text, `${text}\n`, both]) {
    const want = collect(each, [], options)
    assert.ok(want.events.length > 1)
    const returns = each.replaceAll('\n', '\r')
    assert.deepEqual(collect(returns, [], options), want)
    assert.deepEqual(collect(returns, [1], options), want)
  }
  assert.deepEqual(issuancesOf(both.replaceAll('\n', '\r')), issuancesOf(both))
})

describe('a text that only quotes an event stays what it is:', () => {
  const doubled = EVENT.replaceAll('"', '""')
  const kept: { name: string; text: string; shape: string }[] = [
    { name: 'CSV', text: `k,x\n"${PREFIX}${doubled}",1\n`, shape: 'keyed' },
    { name: 'JSON', text: `${JSON.stringify({ k: EVENT })}\n`, shape: 'keyed' },
    { name: 'a table of messages', text: `k\tmessage\n1\t${PREFIX}${EVENT}\n`, shape: 'keyed' },
    { name: 'other lines', text: `type="x", nothing\n${START}\n`, shape: 'unrecognised' },
  ]
  for (const { name, text, shape } of kept)
    it(name, () => assert.equal(collect(text).summary.shape, shape))
})

it('lines that no adapter knows leave the file unrecognised, without rejects', () => {
  const { events, summary } = collect(`${PREFIX}${EVENT}\n`)
  assert.deepEqual(events, [])
  assert.equal(summary.shape, 'unrecognised')
})
