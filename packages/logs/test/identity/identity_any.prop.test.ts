import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Json } from '@mintmark/core'
import * as fc from 'fast-check'
import { identityAdapters } from '../../src/adapters.ts'
import { dovecotEvents } from '../../src/dovecot/events.ts'
import { dovecotLog } from '../../src/dovecot/log.ts'
import type { FileContext } from '../../src/model/adapter.ts'
import { assertTypes, type Given, JSON_FILE, readWith } from './identity_rows.ts'

const known = [dovecotEvents, dovecotLog, ...identityAdapters]
const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }

/** Names that the adapters look at, in every case in which exports write them. */
const NAMES = [
  'schema category Category properties time operationName resourceId tenantId resultType callerIpAddress',
  'id createdDateTime appId userPrincipalName userId servicePrincipalId status deviceDetail location',
  'sessionId uniqueTokenIdentifier isInteractive signInEventTypes authenticationProcessingDetails',
  'TimeGenerated CreatedDateTime AppId Type ResultType Status UniqueTokenIdentifier DeviceDetail Id',
  'RequestUri RequestMethod RequestId SignInActivityId ResponseStatusCode ApplicationId Timestamp',
  'timeGenerated requestUri requestMethod signInActivityId issuedAt tokenIssuedAt C_Iat httpMethod ActorType',
  'activityDisplayName activityDateTime initiatedBy targetResources additionalDetails modifiedProperties',
  'ActivityDisplayName InitiatedBy TargetResources key value displayName newValue user app',
  'type realmId details token_id code_id clientId operationType resourceType authDetails message log',
  'Identity FolderPath FolderId ItemsInFolder principal organisation group department userPrincipalName',
  'at operation tokenId items syncedFolders bytes throttled detail riskEventType riskState __proto__',
  'event fields end_time start_time hostname user session mailbox uid reason_code jti iat success from to',
  'constructor toString hasOwnProperty length',
].flatMap((names) => names.split(' '))
const PORTAL = ['Date (UTC)', 'Request ID', 'Username', 'Application ID ', 'IP address', 'Status']

const word = fc.constantFrom(
  'SignInLogs',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
  'AzureADGraphActivityLogs',
  'CODE_TO_TOKEN',
  'type="LOGIN", realmId="x", ',
  'mintmark-access/1',
  'mintmark-issuance/1',
  'mintmark-issuance-period/1',
  'mail_opened',
  'auth_request_finished',
  'Nov 26 06:26:02 imap-login: Info: Login: user=<ada>, rip=192.0.2.7, session=<abc>',
  'imap(ada)<1><abc>: Info: expunge: box=INBOX, uid=1, msgid=<a@b>',
  '2023-05-15T08:01:02Z',
  '5/4/2023 1:02:03 PM',
  '{"a":[{"key":"Is CAE Token","value":"True"}]}',
  'JYpgIpsdtUSw8suU8GstAA',
  'a\u001b[31m\0\u202eb',
  'https://graph.example.com/v1.0/me/messages/AAMk',
)
const leaf = fc.oneof(
  word,
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const name = fc.oneof(fc.constantFrom(...NAMES, ...PORTAL), fc.string())
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { arbitrary: leaf, weight: 4 },
    { arbitrary: fc.array(tie('tree'), { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.dictionary(name, tie('tree'), { maxKeys: 6 }), weight: 2 },
  ),
}))
const json = fc.dictionary(name, tree, { minKeys: 1, maxKeys: 14 })
const csv = fc.dictionary(name, fc.oneof(word, fc.string({ unit: 'binary' })), {
  minKeys: 1,
  maxKeys: 14,
})

function checkAll(row: Json, context: FileContext): void {
  for (const adapter of known) {
    if (!adapter.accepts(row, context)) continue
    const given: Given = readWith(adapter, row, context)
    const { issuances, accesses, directory, inventory, rejects, statements } = given
    for (const record of [...issuances, ...accesses]) assertTypes(record)
    // A row that an adapter takes leaves one thing: a record, or the reason why not.
    const left = issuances.length + accesses.length + directory.length + inventory.length
    // A line that speaks of the whole file leaves a statement alone.
    const isStatement = adapter.shape === 'mintmark-issuance-period' && rejects.length === 0
    assert.equal(isStatement ? statements.length : left + rejects.length, 1, adapter.shape)
    for (const { reason, detail } of rejects) {
      assert.match(reason, /^[a-z]+(?:-[a-z]+)+$/)
      assert.match(detail, /^[\w.[\]() ]+$/)
    }
  }
}

it('any JSON object gives every adapter that takes it one record or one reject, and no throw', () => {
  fc.assert(
    fc.property(json, (row) => checkAll(row, JSON_FILE)),
    runs,
  )
})

it('any CSV row does, too', () => {
  const order = fc.constantFrom('day-first', 'month-first', 'unproven')
  fc.assert(
    fc.property(csv, order, (cells, dateOrder) => {
      const row = { ...cells }
      Object.setPrototypeOf(row, null)
      checkAll(row, { columns: Object.keys(cells), dateOrder })
    }),
    runs,
  )
})

it('a row of each adapter, with one value replaced by anything, is read or rejected', () => {
  const seeds: readonly Json[] = [
    { category: 'SignInLogs', time: '2023-05-15T08:01:02Z', properties: { id: 'x', status: {} } },
    { createdDateTime: '2023-05-15T08:01:02Z', appId: 'x', status: { errorCode: 0 }, userId: 'y' },
    { TimeGenerated: '2023-05-15T08:01:02Z', AppId: 'x', ResultType: '0', IsInteractive: 'true' },
    { category: 'MicrosoftGraphActivityLogs', time: '2023-05-15T08:01:02Z', properties: {} },
    { activityDisplayName: 'x', activityDateTime: '2023-05-15T08:01:02Z', targetResources: [{}] },
    { type: 'LOGIN', time: 1_684_137_662_123, realmId: 'x', details: { token_id: 'y' } },
    { event: 'mail_opened', end_time: '2023-05-15T08:01:02Z', fields: { user: 'a', uid: 1 } },
    { schema: 'mintmark-issuance-period/1', from: '2023-05-15', to: '2023-05-16' },
    { Identity: 'a@example.org\\Inbox', ItemsInFolder: 1 },
    { userPrincipalName: 'a@example.org', department: 'x' },
  ]
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.nat(10), tree, (seed, at, value) => {
      const names = Object.keys(seed)
      checkAll({ ...seed, [names[at % names.length] ?? '']: value }, JSON_FILE)
    }),
    runs,
  )
})
