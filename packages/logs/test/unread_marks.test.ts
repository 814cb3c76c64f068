import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adapters } from '../src/index.ts'
import { collect } from './collected.ts'
import { portal } from './identity/identity_portal_row.ts'
import { MAIL_READ } from './ual/ual_rows.ts'

const read = (bytes: string | Uint8Array) => collect(bytes, [], { adapters })
const record = JSON.stringify(MAIL_READ)
const signIn = Object.values(portal).join(',')
const headerOf = (row: object, change: (name: string) => string) =>
  `${Object.keys(row).map(change).join(',')}\n`

describe('a file of which no row is known is a reject where it may be a log:', () => {
  const logs = [
    { name: 'records in an unknown wrapper', text: `{"audit":{"entries":[${record}]}}` },
    { name: 'records as text within lines of a collector', text: JSON.stringify({ log: record }) },
    { name: 'records with a prefix', text: `web-1 ual.json: ${record}\n` },
    {
      name: 'the second part of an indented list',
      text: JSON.stringify([MAIL_READ], null, 2).slice(9),
    },
    { name: 'rows of sign-ins, whose header another part has', text: `${signIn}\n${signIn}\n` },
    {
      name: 'columns in another language, beside one',
      text: `Datum,Uhrzeit,${headerOf(portal, (name) => name.replace(/ID|Date|User/, 'X'))}${signIn}\n`,
    },
    {
      name: 'a table of Log Analytics with columns in lower case',
      text: `timegenerated,createddatetime,userprincipalname,appid,ipaddress,status,resourcetenantid,uniquetokenidentifier\n2023-05-15T08:01:02Z,2023-05-15T08:01:02Z,a@example.org,b,192.0.2.7,0,c,d\n`,
    },
    {
      name: 'events of Keycloak in a wrapper',
      text: '{"list":[{"time":1684137662000,"realmId":"r","sessionId":"s","type":"LOGIN"}]}',
    },
    {
      name: 'Graph activity in an unknown wrapper',
      text: '{"data":[{"time":"2023-05-15T08:01:02Z","properties":{"requestUri":"/me","signInActivityId":"x"}}]}',
    },
    { name: 'UTF-16', text: Buffer.from(`x: ${record}`, 'utf16le') },
  ]
  for (const { name, text } of logs) {
    it(name, () => {
      const { events, summary } = read(text)
      assert.equal(summary.shape, 'unrecognised')
      assert.deepEqual(events, ['bad file log-unrecognised @1'])
    })
  }

  const others = [
    { name: 'a script', text: 'Search-UnifiedAuditLog | select CreationTime,UserKey,AuditData' },
    {
      name: 'a note',
      text: 'On 2023-05-15 08:01 we exported AuditData, SessionId, UniqueTokenId.',
    },
    {
      name: 'a log of a web server',
      text: '192.0.2.7 - - [15/May/2023:08:01:02 +0000] "GET / HTTP/1.1" 200 5\n',
    },
    {
      name: 'an inventory',
      text: 'id,app,made\n1,00000003-0000-0000-c000-000000000000,2023-05-15T08:01:02Z\n',
    },
  ]
  for (const { name, text } of others)
    it(`${name} is none`, () => assert.deepEqual(read(text).events, []))
})

describe('a packed file of a format that is not opened', () => {
  const packed = [
    'fd377a585a0000',
    '28b52ffd24',
    '425a6839314159',
    '04224d1864',
    '377abcaf271c',
    '526172211a0700',
    '504b0708504b',
  ]
  for (const head of packed) {
    it(`is a reject: ${head}`, () => {
      const { events, summary } = read(Buffer.from(`${head}00010203`, 'hex'))
      assert.equal(summary.shape, 'unrecognised')
      assert.deepEqual(events, ['bad file unsupported-compression @1'])
    })
  }
})
