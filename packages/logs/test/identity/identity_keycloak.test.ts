import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, readJti } from '@mintmark/core'
import * as fc from 'fast-check'
import { keycloakEventOfLine } from '../../src/identity/keycloak.ts'
import type { Issuance } from '../../src/model/records.ts'
import { check, readRow } from './identity_rows.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }
const TOKEN = '581284e9-dfb6-4df8-9c21-fb259167fb4d'
const SESSION = 'ucaINE0oBE34KyruvbsQ0PdR'
const USER = '6e1f3c3a-5e0e-4c1b-9f56-3a5a0f8a1c01'

const event: Json = {
  id: '11111111-2222-4333-8444-555555555555',
  time: 1_684_137_662_123,
  type: 'CODE_TO_TOKEN',
  realmId: '94107831-a88c-4e54-9ded-b9e0a22350f7',
  realmName: 'Agency',
  clientId: 'wiki',
  userId: USER,
  sessionId: SESSION,
  ipAddress: '192.0.2.7',
  details: {
    token_id: TOKEN,
    grant_type: 'authorization_code',
    code_id: SESSION,
    username: 'Ada@Example.org',
  },
}

const expected: Partial<Issuance> = {
  recordId: '11111111-2222-4333-8444-555555555555',
  atMs: 1_684_137_662_123,
  source: 'keycloak',
  category: 'token',
  outcome: 'issued',
  tokenId: TOKEN,
  sessionId: SESSION,
  principal: 'ada@example.org',
  principalId: USER,
  tenant: 'agency',
  appId: 'wiki',
  ip: '192.0.2.7',
  protocol: 'authorization_code',
}

const LINE =
  '2023-05-15 08:01:02,123 DEBUG [org.keycloak.events] (executor-thread-1) type="CODE_TO_TOKEN", ' +
  `realmId="94107831-a88c-4e54-9ded-b9e0a22350f7", realmName="Agency", clientId="wiki", userId="${USER}", ` +
  `sessionId="${SESSION}", ipAddress="192.0.2.7", token_id="${TOKEN}", ` +
  `grant_type="authorization_code", code_id="${SESSION}", username="Ada@Example.org"`

describe('an event of Keycloak gives one issuance', () => {
  it('from the event store', () => {
    check(readRow(event, 'keycloak-events').issuances[0], expected)
  })

  it('with its details as text', () => {
    const row = { ...event, details: JSON.stringify(event['details']) }
    check(readRow(row, 'keycloak-events').issuances[0], expected)
  })

  const logged = { ...expected, recordId: '' }
  it('from a line of its logger within JSON', () => {
    const row = {
      timestamp: '2023-05-15T08:01:02.123Z',
      loggerName: 'org.keycloak.events',
      message: LINE.slice(71),
    }
    check(readRow(row, 'keycloak-log').issuances[0], logged)
  })

  it('from a line of a container, which has its own time', () => {
    check(readRow({ log: `${LINE}\n`, stream: 'stdout' }, 'keycloak-log').issuances[0], logged)
  })

  it('from a line without quotes', () => {
    const row = { log: LINE.replaceAll('"', '') }
    check(readRow(row, 'keycloak-log').issuances[0], logged)
  })
})

const read = (more: Json) => readRow({ ...event, ...more }, 'keycloak-events')

describe('an event of Keycloak', () => {
  for (const type of ['REFRESH_TOKEN', 'CLIENT_LOGIN', 'TOKEN_EXCHANGE', 'LOGIN']) {
    it(`${type} is an issuance, and its error a failed one`, () => {
      assert.equal(read({ type }).issuances[0]?.outcome, 'issued')
      assert.equal(read({ type: `${type}_ERROR`, error: 'x' }).issuances[0]?.outcome, 'failed')
    })
  }

  for (const type of ['USER_INFO_REQUEST', 'INTROSPECT_TOKEN', 'LOGOUT']) {
    it(`${type} is an access`, () => {
      const [access] = read({ type }).accesses
      check(access, { operation: type, tokenId: TOKEN, sessionId: SESSION, outcome: 'succeeded' })
    })
  }

  it('INTROSPECT_TOKEN_ERROR is an access that failed', () => {
    const [access] = read({ type: 'INTROSPECT_TOKEN_ERROR' }).accesses
    assert.equal(access?.outcome, 'failed')
  })

  it('of an administrator is an access', () => {
    const row = {
      time: 1_684_137_662_123,
      realmId: 'agency',
      operationType: 'CREATE',
      resourceType: 'CLIENT',
      resourcePath: 'clients/1',
      authDetails: { userId: USER, clientId: 'admin-cli', ipAddress: '192.0.2.7' },
    }
    const [access] = readRow(row, 'keycloak-events').accesses
    check(access, { operation: 'CREATE CLIENT', principalId: USER, appId: 'admin-cli' })
  })

  it('with a device grant has the protocol that Entra calls deviceCode', () => {
    const details = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
    assert.equal(read({ details }).issuances[0]?.protocol, 'deviceCode')
  })

  it('without a time is a reject', () => {
    assert.equal(read({ time: 'soon' }).rejects[0]?.reason, 'time-unreadable')
  })
})

describe('a value that a client chose', () => {
  it('cannot add a field to a quoted line', () => {
    const line = `type="LOGIN_ERROR", realmId="r", username="x\\", token_id=\\"${TOKEN}", token_id="mine"`
    const row = keycloakEventOfLine(line, 0)
    assert.deepEqual(row?.['details'], { username: `x", token_id="${TOKEN}`, token_id: 'mine' })
  })

  it('cannot replace a field of an unquoted line that stands before it', () => {
    const line = `type=LOGIN, realmId=r, userId=${USER}, username=x, userId=other`
    assert.equal(keycloakEventOfLine(line, 0)?.['userId'], USER)
  })

  it('cannot change a prototype', () => {
    const row = keycloakEventOfLine('type="LOGIN", realmId="r", __proto__="x"', 0)
    assert.deepEqual(Object.getOwnPropertyNames(row?.['details']), ['__proto__'])
    assert.equal(Object.getPrototypeOf(row), Object.prototype)
  })

  it('can be anything, and the line is read or not, without a throw', () => {
    const part = fc.constantFrom('type="LOGIN"', ', ', 'realmId=', '"', "'", '\\', 'a=b', '\n', '=')
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ unit: 'binary' }))), (parts) => {
        keycloakEventOfLine(`type="LOGIN", realmId="r", ${parts.join('')}`)
      }),
      runs,
    )
  })
})

describe('readJti', () => {
  it('takes the UUID behind the prefix of newer versions', () => {
    assert.deepEqual(readJti(`onrtac:${TOKEN}`), { tokenId: TOKEN, state: 'present' })
  })

  it('hashes any other text, the same on both sides', () => {
    const { tokenId, state } = readJti('any text')
    assert.equal(state, 'present')
    assert.match(tokenId, /^[\da-f-]{36}$/)
    assert.deepEqual(readJti('any text '), { tokenId, state })
    assert.notEqual(readJti('Any text').tokenId, tokenId)
  })

  it('has no id for what is absent, a placeholder, or no text', () => {
    assert.equal(readJti('').state, 'absent')
    assert.equal(readJti('ANONYMIZED').state, 'anonymised')
    assert.equal(readJti(7).state, 'malformed')
  })
})
