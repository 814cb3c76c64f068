import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { indicatorOf, readIndicators } from '../../src/scope/indicators.ts'
import { readNetwork } from '../../src/store/network.ts'

const GUID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
/** The same id as base64url of its .NET bytes. */
const UTI = '4AQlP4lP00GaDAMF6CwzAQ'

const kinds = (text: string) =>
  readIndicators(text).indicators.map(({ kind, value }) => `${kind} ${value}`)

const cases: readonly { name: string; text: string; holds: readonly string[] }[] = [
  { name: 'an address', text: '192.0.2.7', holds: ['ip 192.0.2.7'] },
  { name: 'an address with a port', text: '192.0.2.7:443', holds: ['ip 192.0.2.7'] },
  { name: 'a defanged address', text: '192[.]0[.]2[.]7', holds: ['ip 192.0.2.7'] },
  { name: 'an IPv6 address', text: '2001:DB8::1', holds: ['ip 2001:db8::1'] },
  {
    name: 'a network',
    text: '192.0.2.99/24',
    holds: ['network 0000:0000:0000:0000:0000:ffff:c000:0200'],
  },
  {
    name: 'a bare GUID, which may be three things',
    text: GUID.toUpperCase(),
    holds: [`session ${GUID}`, `token ${GUID}`, `app ${GUID}`],
  },
  { name: 'a token id in its short spelling', text: UTI, holds: [`token ${GUID}`] },
  { name: 'a principal', text: 'Eve@Example.org', holds: ['principal eve@example.org'] },
  {
    name: 'a user agent with commas',
    text: 'Mozilla/5.0 (X11; Linux, like Gecko)',
    holds: ['client Mozilla/5.0 (X11; Linux, like Gecko)'],
  },
  {
    name: 'a client string that looks like an assignment',
    text: 'Client=REST;Client=RESTSystem;;',
    holds: ['client Client=REST;Client=RESTSystem;;'],
  },
  {
    name: 'kinds before values',
    text: `session: ${GUID}\ntoken=${UTI}\napp,${GUID}\nuser-agent: curl/8`,
    holds: [`session ${GUID}`, `token ${GUID}`, `app ${GUID}`, 'client curl/8'],
  },
  {
    name: 'comments and empty lines',
    text: '\ufeff# list\r\n\r\n192.0.2.7 # seen on Monday\r\n// end',
    holds: ['ip 192.0.2.7'],
  },
  {
    name: 'a CSV with a header',
    text: 'comment,type,value\n"a, b",ip-dst,192.0.2.7\nx,,192.0.2.8\n,ip,192.0.2.9\n',
    holds: ['ip 192.0.2.7', 'ip 192.0.2.8', 'ip 192.0.2.9'],
  },
  {
    name: 'a CSV with a column for each kind',
    text: `IP;session_id;First seen;note\n192.0.2.7;${GUID};05/15;"a; b"\n;${UTI};;\n192.0.2.0/30;;;`,
    holds: [
      'ip 192.0.2.7',
      `session ${GUID}`,
      `session ${UTI}`,
      'network 0000:0000:0000:0000:0000:ffff:c000:0200',
    ],
  },
  {
    name: 'a column of addresses under the name of its kind, with when they were seen',
    text: 'IP,First,Last\n192.0.2.7,05/15,06/25\n[2001:db8::1]:443,05/24,06/11',
    holds: ['ip 192.0.2.7', 'ip 2001:db8::1'],
  },
  {
    name: 'a kind and its value in the first line, which is no header',
    text: 'operation,MailItemsAccessed\nuser,users',
    holds: ['operation MailItemsAccessed', 'principal users'],
  },
  {
    name: 'addresses beside each other on a line',
    text: '192.0.2.7, 192.0.2.8, a note\nip: 192.0.2.9,[2001:db8::1]',
    holds: ['ip 192.0.2.7', 'ip 192.0.2.8', 'ip 192.0.2.9', 'ip 2001:db8::1'],
  },
  {
    name: 'a JSON array',
    text: `["192.0.2.7", {"type": "session", "value": "${GUID}"}]`,
    holds: ['ip 192.0.2.7', `session ${GUID}`],
  },
  {
    name: 'a JSON object by kind',
    text: '{"ips": ["192.0.2.7"], "users": ["a@example.org"]}',
    holds: ['ip 192.0.2.7', 'principal a@example.org'],
  },
  { name: 'the same thing once', text: '192.0.2.7\n192.0.2.7', holds: ['ip 192.0.2.7'] },
]
const rejected = [
  {
    name: 'a word',
    text: 'ok@example.org\nwhatever',
    reject: { line: 2, reason: 'unrecognised' },
  },
  {
    name: 'a kind nobody knows',
    text: 'value,type\nx,shoe-size',
    reject: { line: 2, reason: 'unknown-kind' },
  },
  {
    name: 'an address of 999',
    text: 'ip: 999.1.1.1',
    reject: { line: 1, reason: 'not-of-its-kind' },
  },
  {
    name: 'a value without end',
    text: 'a'.repeat(10_000),
    reject: { line: 1, reason: 'too-long' },
  },
]

describe('an indicator list', () => {
  for (const { name, text, holds } of cases) {
    it(`holds ${name}`, () => {
      assert.deepEqual(kinds(text), holds)
      assert.deepEqual(readIndicators(text).rejects, [])
    })
  }

  for (const { name, text, reject } of rejected) {
    it(`rejects ${name}, with its line`, () => {
      assert.deepEqual(readIndicators(text).rejects, [reject])
    })
  }

  it('is read or rejected, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
        const { indicators, rejects } = readIndicators(text)
        assert.ok(indicators.every(({ value }) => value !== ''))
        assert.ok(rejects.every(({ line }) => line > 0))
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
  })

  it('keeps keys of a JSON object that mean something to JavaScript as keys', () => {
    const { indicators, rejects } = readIndicators(
      '{"__proto__": ["192.0.2.7"], "constructor": "x"}',
    )
    assert.deepEqual(indicators, [])
    assert.equal(rejects.length, 2)
  })
})

describe('a session', () => {
  it('is looked for in its own letters, unless it is a GUID', () => {
    assert.equal(indicatorOf('session', ' Abx/12+Z ')?.value, 'Abx/12+Z')
    const spelled = '{0B9E6A7E-51C7-4F0E-9C9A-6F0A5C0D4E21}'
    assert.equal(indicatorOf('session', spelled)?.value, spelled.slice(1, -1).toLowerCase())
  })
})

describe('a token id of another provider', () => {
  it('is looked for as ingest stored it', () => {
    assert.match(indicatorOf('token', 'not-a-uuid')?.value ?? '', /^[\da-f-]{36}$/)
  })
})

const v6 = (tail: string) => `0000:0000:0000:0000:0000:ffff:${tail}`
const networks = [
  { spelled: '10.0.0.0/8', first: v6('0a00:0000'), last: v6('0aff:ffff') },
  { spelled: '192.0.2.1/32', first: v6('c000:0201'), last: v6('c000:0201') },
  { spelled: '0.0.0.0/0', first: v6('0000:0000'), last: v6('ffff:ffff') },
  {
    spelled: '2001:db8::/32',
    first: '2001:0db8:0000:0000:0000:0000:0000:0000',
    last: '2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff',
  },
  { spelled: '::ffff:192.0.2.0/120', first: v6('c000:0200'), last: v6('c000:02ff') },
]

describe('a network', () => {
  for (const { spelled, first, last } of networks) {
    it(`${spelled} spans its addresses`, () => {
      assert.deepEqual(readNetwork(spelled), { first, last })
    })
  }
  for (const spelled of ['10.0.0.0/33', '10.0.0.0', '::/129', '10.0.0.0/', '10.0.0.0/8/8', 'x/8']) {
    it(`${spelled} is none`, () => assert.equal(readNetwork(spelled), undefined))
  }
})
