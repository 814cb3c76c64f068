import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readJti } from '@mintmark/core'
import { readDovecotLine } from '../../src/dovecot/line.ts'
import { readSessionId } from '../../src/dovecot/written_time.ts'
import {
  type Access,
  adapters,
  EvidenceReader,
  proveDateOrder,
  type Reject,
} from '../../src/index.ts'
import { collect, collector, once } from '../collected.ts'

const AT = Date.UTC(2026, 10, 26, 6, 26, 2)
const JTI = 'iJ8_O4tdbYVfqxMSXxrJpaTHUPjZlAAbxVHCKDbNHFo'

/** A session id as a login process makes it. */
function sessionId(startMs: number, ip = '192.0.2.7', port = 40_000): string {
  const low = (BigInt(Math.round(startMs * 1000)) & 0xff_ffff_ffffn).toString(16)
  const high = ((BigInt(Math.round(startMs * 1000)) >> 40n) & 0xffn).toString(16)
  const time = Buffer.from(
    Uint8Array.from(
      Buffer.from(`${high.padStart(2, '0')}${low.padStart(10, '0')}`, 'hex'),
    ).toReversed(),
  )
  const tail = Buffer.from([port & 0xff, port >> 8, ...ip.split('.').map(Number)])
  return Buffer.concat([time, tail]).toString('base64')
}

const SESSION = sessionId(AT - 300)
const LOGIN = `user=<Ada@Example.org>, method=OAUTHBEARER, rip=192.0.2.7, lip=192.0.2.1, mpid=4711, TLS, session=<${SESSION}>`

interface Read {
  readonly accesses: Access[]
  readonly rejects: Reject[]
  readonly shape: string
}

/** Reads a file as an investigation does: for its zone first. */
async function read(text: string): Promise<Read> {
  const accesses: Access[] = []
  const rejects: Reject[] = []
  const sink = {
    ...collector([]),
    access: (record: Access) => accesses.push(record),
    reject: (reject: Reject) => rejects.push(reject),
  }
  const dates = await proveDateOrder(once(text), adapters)
  const reader = new EvidenceReader(sink, { adapters, dates })
  reader.push(Buffer.from(text))
  const { shape } = reader.end()
  return { accesses, rejects, shape }
}

/** The only access of a file that has no reject. */
async function only(text: string): Promise<Access> {
  const { accesses, rejects } = await read(text)
  assert.deepEqual(rejects, [])
  const [access] = accesses
  assert.ok(access !== undefined && accesses.length === 1)
  return access
}

describe('a session id', () => {
  it('names the time, the port and the address of the connection', () => {
    // Of a Dovecot 2.4.1, in whose log it stood with `rip=127.0.0.1`.
    const origin = readSessionId(sessionId(AT, '127.0.0.1', 43_210))
    const roundMs = 2 ** 48 / 1000
    assert.ok(origin !== undefined)
    assert.deepEqual([origin.port, origin.ip], [43_210, '127.0.0.1'])
    assert.equal(((AT - origin.startMs) / roundMs) % 1, 0)
  })
  it('of IPv6 is twice as long', () => {
    const bytes = Buffer.alloc(24)
    bytes.set([0x20, 0x01, 0x0d, 0xb8], 8)
    bytes[23] = 1
    assert.equal(readSessionId(bytes.toString('base64'))?.ip, '2001:db8::1')
  })
  for (const id of ['', 'abc', 'deliver-1', `${'A'.repeat(15)}=`, 'A'.repeat(48)])
    it(`is not made of ${id === '' ? 'nothing' : id}`, () =>
      assert.equal(readSessionId(id), undefined))
})

const logins: readonly [string, string][] = [
  ['2.3, in its own log', `Nov 26 07:26:02 imap-login: Info: Login: ${LOGIN}`],
  ['2.4, in its own log', `Nov 26 07:26:02 imap-login: Info: Logged in: ${LOGIN}`],
  ['syslog', `Nov 26 07:26:02 mx1 dovecot: imap-login: Login: ${LOGIN}`],
  ['syslog with a priority', `<22>Nov 26 07:26:02 mx1 dovecot[17]: imap-login: Login: ${LOGIN}`],
  ['RFC 3339', `2026-11-26T07:26:02.000123+01:00 mx1 dovecot: imap-login: Logged in: ${LOGIN}`],
  ['RFC 3339 in UTC', `2026-11-26T06:26:02Z mx1 dovecot: imap-login: Logged in: ${LOGIN}`],
  ['a time without a zone', `2026-11-26 07:26:02 imap-login: Info: Logged in: ${LOGIN}`],
  ['a zone of its own', `2026-11-26T07:26:02+0100 imap-login: Info: Logged in: ${LOGIN}`],
  [
    'the journal',
    JSON.stringify({ MESSAGE: `imap-login: Login: ${LOGIN}`, __REALTIME_TIMESTAMP: `${AT}123` }),
  ],
]

describe('a login is read from', () => {
  for (const [name, line] of logins)
    it(name, async () => {
      assert.equal((await read(`${line}\n`)).shape, 'dovecot-log')
      const access = await only(`${line}\n`)
      assert.equal(access.atMs, AT)
      assert.equal(access.operation, 'Login')
      assert.equal(access.outcome, 'succeeded')
      assert.equal(access.principal, 'ada@example.org')
      assert.equal(access.mailbox, 'ada@example.org')
      assert.equal(access.ip, '192.0.2.7')
      assert.equal(access.otherSessionId, SESSION)
      assert.equal(access.tokenIdState, 'absent')
      assert.deepEqual(JSON.parse(access.detail), { protocol: 'imap', mechanism: 'OAUTHBEARER' })
    })
})

it('lines that end in CR alone give the records of each, as with LF', async () => {
  const other = LOGIN.replace('Ada@', 'Bo@')
  const lines = [
    `Nov 26 07:26:02 imap-login: Info: Login: ${LOGIN}`,
    `Nov 26 07:26:02 imap-login: Info: Login: ${other}`,
    'Nov 26 07:26:03 master: Info: reload',
    `Nov 26 07:26:04 imap(Bo@Example.org)<1><${SESSION}>: Info: expunge: box=INBOX, uid=1, msgid=<m@example.org>, size=12`,
  ]
  for (const end of ['', '\n']) {
    const text = lines.join('\n') + end
    const want = await read(text)
    assert.deepEqual(
      want.accesses.map(({ principal }) => principal),
      ['ada@example.org', 'bo@example.org', 'bo@example.org'],
    )
    assert.deepEqual(await read(text.replaceAll('\n', '\r')), want)
    assert.deepEqual(
      collect(text.replaceAll('\n', '\r'), [1], { adapters }),
      collect(text, [], { adapters }),
    )
  }
})

it('a login brings the id of its token along where it is logged', async () => {
  const extra = LOGIN.replace(
    '>, method',
    `>, jti=<${JTI}>, iat=1795674000, sub=<u1>, client_id=<Mail>, method`,
  )
  const access = await only(`Nov 26 06:26:02 imap-login: Info: Logged in: ${extra}\n`)
  assert.equal(access.tokenId, readJti(JTI).tokenId)
  assert.equal(access.issuedAtMs, 1_795_674_000_000)
  assert.deepEqual([access.principalId, access.appId], ['u1', 'mail'])
})

const refusals = [
  'Disconnected (auth failed, 1 attempts in 2 secs)',
  'Disconnected: Connection closed (auth failed, 1 attempts in 2 secs)',
  'Login aborted: Logged out (auth failed, 1 attempts in 0 secs) (auth_failed)',
]
for (const head of refusals)
  it(`a login that failed is one: ${head}`, async () => {
    const access = await only(`Nov 26 06:26:02 imap-login: Info: ${head}: ${LOGIN}\n`)
    assert.equal(access.outcome, 'failed')
    assert.equal(access.mailbox, '')
    assert.equal(access.principal, 'ada@example.org')
  })

const PREFIX = `imap(ada@example.org)<4711><${SESSION}>: Info: `
const MAIL = `${PREFIX}expunge: box=INBOX, uid=7, msgid=<a.7@agency.example>, size=1234, from=Bob <bob@example.org>, subject=Seating, msgid=<b>`

describe('within a session', () => {
  it('an operation on a message has its ids, folder and size', async () => {
    const access = await only(`2026-11-26T06:30:00Z ${MAIL}\n`)
    assert.equal(access.operation, 'expunge')
    assert.deepEqual(access.items, [
      {
        messageId: '<a.7@agency.example>',
        itemId: 'INBOX/7',
        folder: 'INBOX',
        bytes: 1234,
        subject: 'Seating',
      },
    ])
    assert.equal(access.ip, '192.0.2.7', 'from the id of the session')
  })

  it('a prefix brings the id of the token along', async () => {
    const prefix = `imap(ada@example.org)<4711><${SESSION}><jti=${JTI}>: Info: `
    const access = await only(`2026-11-26T06:30:00Z ${prefix}save: box=Sent, uid=1, msgid=<x@y>\n`)
    assert.equal(access.tokenId, readJti(JTI).tokenId)
  })

  for (const [name, end] of [
    [
      '2.3',
      'Logged out in=78 out=3210 deleted=1 expunged=0 trashed=0 hdr_count=2 hdr_bytes=100 body_count=3 body_bytes=900',
    ],
    [
      '2.4',
      'Disconnected: Logged out in=78 out=3210 deleted=1 expunged=0 trashed=0 hdr_count=2 hdr_bytes=100 body_count=3 body_bytes=900',
    ],
  ] as const)
    it(`the end of ${name} says how much it took`, async () => {
      const access = await only(`2026-11-26T06:30:00Z ${PREFIX}${end}\n`)
      assert.equal(access.operation, 'Disconnected')
      assert.equal(access.bytes, 1000)
      assert.match(access.detail, /"body_count":"3"/)
    })

  it('delivery, and what else Dovecot writes, is passed over', async () => {
    const lines = [
      `2026-11-26T06:26:02Z imap-login: Info: Logged in: ${LOGIN}`,
      `2026-11-26T06:26:02Z lmtp(ada@example.org)<1><x>: Info: save: box=INBOX, uid=1, msgid=<a@b>`,
      `2026-11-26T06:26:02Z auth: Info: something`,
      `2026-11-26T06:26:02Z imap-login: Info: Disconnected: Connection closed (no auth attempts in 0 secs): user=<>, rip=192.0.2.7`,
      `2026-11-26T06:26:02Z ${PREFIX}Error: something box=INBOX`,
    ]
    const { accesses, rejects } = await read(lines.join('\n'))
    assert.deepEqual([accesses.length, rejects], [1, []])
  })
})

describe('nobody can write a line of his own:', () => {
  it('a subject that reads like a login is none', () => {
    const line = readDovecotLine(
      `Nov 26 06:26:02 ${PREFIX}save: box=INBOX, uid=1, subject=x imap-login: Login: ${LOGIN}`,
    )
    assert.ok(line?.kind === 'mail')
    assert.equal(line.user, 'ada@example.org')
  })
  it('a user who is called like a line takes nothing over', () => {
    const named = `user=<eve>, rip=198.51.100.1, session=<${sessionId(0)}>, x=<y>`
    const rest = LOGIN.slice(LOGIN.indexOf(', method'))
    const line = readDovecotLine(
      `Nov 26 06:26:02 imap-login: Info: Disconnected (auth failed, 1 attempts in 2 secs): ${named}${rest}`,
    )
    assert.ok(line?.kind === 'login')
    assert.deepEqual([line.elements.get('rip'), line.session], ['192.0.2.7', SESSION])
  })
})

const login = (time: string) => `${time} imap-login: Info: Login: ${LOGIN}\n`
const later = (time: string) => `${time} ${MAIL}\n`

describe('a time that names no zone or no year', () => {
  it('is read in the zone that all logins of the file prove', async () => {
    const { accesses, rejects } = await read(login('Nov 26 11:56:02') + later('Nov 27 00:10:00'))
    assert.deepEqual(rejects, [])
    assert.deepEqual(
      accesses.map(({ atMs }) => new Date(atMs).toISOString()),
      ['2026-11-26T06:26:02.000Z', '2026-11-26T18:40:00.000Z'],
    )
  })

  it('is read over the end of a year', async () => {
    const startMs = Date.UTC(2026, 11, 31, 23, 30)
    const id = sessionId(startMs)
    const text = (login('Dec 31 23:30:00') + later('Jan  1 00:30:00')).replaceAll(SESSION, id)
    const { accesses } = await read(text)
    assert.deepEqual(
      accesses.map(({ atMs }) => atMs - startMs),
      [0, 3_600_000],
    )
  })

  const unproven = [
    { name: 'a session without a login', text: later('Nov 26 06:30:00') },
    {
      name: 'logins that prove two zones',
      text: login('Nov 26 06:26:02') + login('Nov 26 07:26:02') + later('Nov 26 06:30:00'),
    },
    {
      name: 'a session of more than 24 days',
      text: login('Nov 26 06:26:02') + later('Dec 26 06:30:00'),
    },
    { name: 'a login an hour and twenty minutes late', text: login('Nov 26 07:46:02') },
    {
      name: 'an id that names another address',
      text: login('Nov 26 06:26:02').replace('rip=192.0.2.7', 'rip=192.0.2.8'),
    },
    { name: 'an id of another make', text: login('Nov 26 06:26:02').replace(SESSION, 'abc') },
    { name: 'a day that the calendar does not have', text: login('Nov 31 06:26:02') },
  ]
  for (const { name, text } of unproven)
    it(`is never guessed: ${name}`, async () => {
      const { rejects } = await read(text)
      assert.deepEqual(
        rejects.map(({ reason }) => reason),
        ['time-unproven'],
      )
    })

  it('is missing where there is none', async () => {
    const { rejects } = await read(`dovecot: imap-login: Info: Login: ${LOGIN}\n`)
    assert.deepEqual(
      rejects.map(({ reason }) => reason),
      ['time-missing'],
    )
  })
})

const EVENT = {
  event: 'mail_opened',
  hostname: 'mx1',
  start_time: '2026-11-26T06:30:00.000001Z',
  end_time: '2026-11-26T06:30:00.100001Z',
  categories: ['mail', 'storage'],
  fields: {
    user: 'ada@example.org',
    session: SESSION,
    service: 'imap',
    mailbox: 'INBOX',
    uid: 7,
    reason_code: ['imap:cmd_uid_fetch', 'imap:fetch_body'],
    jti: JTI,
    iat: '1795674000',
    sub: 'u1',
    client_id: 'mail',
  },
}
const withFields = (fields: object) => ({ ...EVENT, fields: { ...EVENT.fields, ...fields } })

describe('an exported event', () => {
  for (const [name, text] of [
    ['in a file of its own', `${JSON.stringify(EVENT)}\n`],
    ['in the log', `Nov 26 06:30:00 stats: Info: ${JSON.stringify(EVENT)}\n`],
  ] as const)
    it(`is the reading of a message, ${name}`, async () => {
      const access = await only(text)
      assert.equal(access.operation, 'mail_opened')
      assert.equal(access.atMs, Date.UTC(2026, 10, 26, 6, 30, 0, 100))
      assert.equal(access.tokenId, readJti(JTI).tokenId)
      assert.equal(access.issuedAtMs, 1_795_674_000_000)
      assert.equal(access.mailbox, 'ada@example.org')
      assert.equal(access.ip, '192.0.2.7')
      assert.deepEqual(access.items, [
        { messageId: '', itemId: 'INBOX/7', folder: 'INBOX', bytes: 0, subject: '' },
      ])
    })

  it('of the server itself is no access', async () => {
    const { accesses, rejects } = await read(
      `${JSON.stringify(EVENT)}\n${JSON.stringify(withFields({ reason_code: ['indexer:index_mailbox'] }))}\n`,
    )
    assert.equal(accesses.length, 1)
    assert.deepEqual(
      rejects.map(({ reason }) => reason),
      ['not-an-access'],
    )
  })
  it('without a time is a reject', async () => {
    const { rejects } = await read(
      `${JSON.stringify({ ...EVENT, end_time: '', start_time: '' })}\n`,
    )
    assert.deepEqual(
      rejects.map(({ reason }) => reason),
      ['time-missing'],
    )
  })
})

it('whole, in pieces and byte by byte agree', () => {
  const text = [
    ...logins.map(([, line]) => line),
    `2026-11-26T06:30:00Z ${MAIL}`,
    `Nov 26 06:30:00 stats: Info: ${JSON.stringify(EVENT)}`,
  ].join('\r\n')
  const whole = collect(text, [], { adapters })
  assert.equal(
    whole.events.filter((each) => each.startsWith('access')).length > 5,
    true,
    whole.events.join('; '),
  )
  assert.deepEqual(collect(text, [7], { adapters }), whole)
  assert.deepEqual(collect(text, [1], { adapters }), whole)
})
