/** A program that has `@mintmark/logs` alone: it reads a folder with a log of a mail service that was cut short. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { type Access, type RecordSink, readEvidence, walkEvidence } from '@mintmark/logs'

const row = {
  CreationTime: '2025-06-02T08:15:30',
  Id: '33333333-aaaa-4bbb-8ccc-000000000003',
  Operation: 'MailItemsAccessed',
  OrganizationId: '11111111-aaaa-4bbb-8ccc-000000000001',
  RecordType: 50,
  UserId: 'Mara.Quill@Example.org',
  ClientIPAddress: '203.0.113.9:51544',
  MailboxOwnerUPN: 'Mara.Quill@Example.org',
  OperationProperties: [{ Name: 'MailAccessType', Value: 'Bind' }],
  AppAccessContext: { UniqueTokenId: 'JYpgIpsdtUSy8MuU8GstAA' },
}
mkdirSync('logs')
writeFileSync('logs/audit.jsonl', `${JSON.stringify(row)}\n{"Operation":\n`)

const accesses: Pick<Access, 'principal' | 'ip' | 'tokenId' | 'atMs'>[] = []
const rejects: string[] = []
const sink: RecordSink = {
  access: ({ principal, ip, tokenId, atMs }) => accesses.push({ principal, ip, tokenId, atMs }),
  issuance: () => undefined,
  directory: () => undefined,
  inventory: () => undefined,
  reject: ({ reason }, line) => rejects.push(`${reason} ${line}`),
  statement: () => undefined,
}
const files: string[] = []
for await (const source of walkEvidence(['logs'])) {
  files.push(source.path)
  await readEvidence(source, sink)
}
console.log(JSON.stringify({ accesses, rejects, files }))
