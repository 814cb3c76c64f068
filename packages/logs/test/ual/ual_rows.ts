import assert from 'node:assert/strict'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { ualAdapters } from '../../src/adapters.ts'
import type { Adapter, FileContext } from '../../src/model/adapter.ts'
import { type Access, type Issuance, UNKNOWN_ACCESS } from '../../src/model/records.ts'
import { readUalRecord } from '../../src/ual/record.ts'
import { type Given, JSON_FILE, readWith } from '../identity/identity_rows.ts'

export const TENANT = '11111111-aaaa-4bbb-8ccc-000000000001'

/** A mail access with every field that a modern record has. Exchange ends server names with CR LF. */
export const MAIL_READ: Json = {
  AppAccessContext: {
    AADSessionId: 'ABCDEF00-1111-4222-8333-444455556666',
    APIId: '00000003-0000-0000-c000-000000000000',
    ClientAppId: '22222222-aaaa-4bbb-8ccc-000000000002',
    IssuedAtTime: '2025-06-02T07:55:01',
    UniqueTokenId: 'JYpgIpsdtUSw8suU8GstAA',
  },
  CreationTime: '2025-06-02T08:15:30',
  Id: '33333333-aaaa-4bbb-8ccc-000000000003',
  Operation: 'MailItemsAccessed',
  OrganizationId: TENANT,
  RecordType: 50,
  ResultStatus: 'Succeeded',
  UserKey: '1003200012345678',
  UserType: 0,
  Version: 1,
  Workload: 'Exchange',
  UserId: 'Mara.Quill@Example.org',
  AppId: '00000002-0000-0ff1-ce00-000000000000',
  ClientAppId: '22222222-aaaa-4bbb-8ccc-000000000002',
  ClientIPAddress: '203.0.113.9:51544',
  ClientInfoString: 'Client=OWA;Action=ViaProxy',
  ExternalAccess: false,
  InternalLogonType: 0,
  LogonType: 0,
  LogonUserSid: 'S-1-5-21-1-2-3-4',
  MailboxGuid: '44444444-AAAA-4bbb-8ccc-000000000004',
  MailboxOwnerUPN: 'Mara.Quill@Example.org',
  OperationProperties: [
    { Name: 'MailAccessType', Value: 'Bind' },
    { Name: 'IsThrottled', Value: 'False' },
  ],
  OrganizationName: 'example.onmicrosoft.example',
  OriginatingServer: 'AB1PR01MB0001 (15.20.0000.001)\r\n',
  SessionId: '55555555-aaaa-4bbb-8ccc-000000000005',
  TokenObjectId: '66666666-aaaa-4bbb-8ccc-000000000006',
  TokenTenantId: TENANT,
  Folders: [
    {
      FolderItems: [
        {
          InternetMessageId: '<one@mail.example.org>',
          SizeInBytes: 3476,
          Id: 'AAA1',
          Subject: 'Plan',
        },
        { InternetMessageId: '<two@mail.example.org>', SizeInBytes: 4871 },
      ],
      Id: 'LgAAFOLDER',
      Path: '\\Inbox',
    },
  ],
  OperationCount: 2,
}

/** What {@link MAIL_READ} says, in any shape that carries all of it. */
export const MAIL_READ_ACCESS: Access = {
  ...UNKNOWN_ACCESS,
  recordId: '33333333-aaaa-4bbb-8ccc-000000000003',
  atMs: Date.UTC(2025, 5, 2, 8, 15, 30),
  source: 'ual',
  operation: 'MailItemsAccessed',
  service: 'Exchange',
  recordType: 50,
  outcome: 'succeeded',
  tokenId: '22608a25-1d9b-44b5-b0f2-cb94f06b2d00',
  tokenIdState: 'present',
  sessionId: 'abcdef00-1111-4222-8333-444455556666',
  otherSessionId: '55555555-aaaa-4bbb-8ccc-000000000005',
  issuedAtMs: Date.UTC(2025, 5, 2, 7, 55, 1),
  principal: 'mara.quill@example.org',
  principalId: '66666666-aaaa-4bbb-8ccc-000000000006',
  actorKind: 'user',
  logonType: 0,
  mailbox: 'mara.quill@example.org',
  mailboxId: '44444444-aaaa-4bbb-8ccc-000000000004',
  tenant: TENANT,
  tokenTenant: TENANT,
  appId: '00000002-0000-0ff1-ce00-000000000000',
  clientAppId: '22222222-aaaa-4bbb-8ccc-000000000002',
  ip: '203.0.113.9',
  client: 'Client=OWA;Action=ViaProxy',
  accessType: 'Bind',
  throttled: 0,
  items: [
    {
      messageId: '<one@mail.example.org>',
      itemId: 'AAA1',
      folder: '\\Inbox',
      bytes: 3476,
      subject: 'Plan',
    },
    {
      messageId: '<two@mail.example.org>',
      itemId: '',
      folder: '\\Inbox',
      bytes: 4871,
      subject: '',
    },
  ],
}

/** A record with fields replaced; a field that is undefined is left out, as exporters do. */
export function record(changes: Json, base: Json = MAIL_READ): Json {
  const changed = { ...base, ...changes }
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined))
}

/** Shapes of all adapters that accept a row. */
export function shapesOf(row: Json, context: FileContext = JSON_FILE): string[] {
  return ualAdapters.filter((adapter) => adapter.accepts(row, context)).map(({ shape }) => shape)
}

/** Reads a row with the only adapter that accepts it. */
export function readShape(shape: string, row: Json, context: FileContext = JSON_FILE): Given {
  assert.deepEqual(shapesOf(row, context), [shape])
  return readWith(
    ualAdapters.find((adapter) => adapter.shape === shape),
    row,
    context,
  )
}

/** The record reader by itself, as an adapter of every row. */
const recordReader: Adapter = {
  shape: 'record',
  accepts: () => true,
  read: (row, _context, sink) => readUalRecord(row, sink),
}

/** What one record gives, whatever it is. */
export function readRecord(from: Json): Given {
  return readWith(recordReader, from, JSON_FILE)
}

/** The detail of a record; empty if there is none. */
export function detailOf(row: Access | Issuance): Json {
  return parseObject(row.detail) ?? {}
}

/** One value of a map within the detail. */
export function detailMap(row: Access, map: string, name: string): unknown {
  const held = detailOf(row)[map]
  return isObject(held) ? held[name] : undefined
}

/** The one access that a record gives. */
export function accessOf(from: Json): Access {
  const { accesses, issuances, rejects } = readRecord(from)
  assert.deepEqual({ issuances, rejects }, { issuances: [], rejects: [] })
  assert.equal(accesses.length, 1)
  return accesses[0] ?? assert.fail()
}

/** The one issuance that a record gives. */
export function issuanceOf(from: Json): Issuance {
  const { accesses, issuances, rejects } = readRecord(from)
  assert.deepEqual({ accesses, rejects }, { accesses: [], rejects: [] })
  assert.equal(issuances.length, 1)
  return issuances[0] ?? assert.fail()
}
