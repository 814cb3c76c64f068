/**
 * Hunts for grants and contexts: rows that they must hit, and neighbours from ordinary life that they must not.
 */
import { describe } from 'node:test'
import { access, bind, guid, issuance, type Row } from '../world.ts'
import {
  ANNA,
  APP,
  appReads,
  BORIS,
  crowd,
  DAY,
  HOTEL,
  type Life,
  late,
  OFFICE,
  OWA,
  REST,
  testHunts,
  WINDOWS,
  weeks,
  world,
} from './hunt_lives.ts'

const grant = (at: number, fields: Row = {}): Row =>
  access(at, {
    operation: 'Consent to application.',
    service: 'AzureActiveDirectory',
    principal: BORIS,
    detail: `{"target":[{"id":"${APP.toUpperCase()}"}]}`,
    ...fields,
  })
const forgedGrant = grant(8 * DAY)
const leadGrant = grant(8 * DAY)
const cleanGrant = grant(8 * DAY)
const forgedKey = grant(8 * DAY, { operation: 'Add service principal credentials.' })
const firstMail = bind(BORIS, 0, [])
const readLater = appReads(40 * DAY)
const grants: Life[] = [
  world('an application reads mail after a grant', {
    hit: [appReads(30), appReads(31)],
    miss: [grant(20), bind(ANNA, 30, [], { client_app_id: APP, ip: HOTEL })],
  }),
  world('a new credential and a new network for an old application', {
    hit: [appReads(30)],
    miss: [
      appReads(3, { ip: OFFICE }),
      grant(20, { operation: 'Add service principal credentials.' }),
      appReads(40, { ip: OFFICE }),
    ],
  }),
  world('an application that read from there before', {
    miss: [appReads(3), grant(20), appReads(30)],
  }),
  world('a grant that names the resource is not one to all who use it', {
    miss: [
      grant(20, { detail: '{"targets":["00000003-0000-0000-c000-000000000000"]}' }),
      appReads(30, { app_id: '00000003-0000-0000-c000-000000000000' }),
    ],
  }),
  world('the service principal is named instead of the application', {
    hit: [appReads(30, { principal_id: guid(77) })],
    miss: [grant(20, { detail: guid(77) })],
  }),
  world('any other change of an application', {
    miss: [grant(20, { operation: 'Update application.' }), appReads(30)],
  }),
  world('a grant to another application', {
    miss: [grant(20, { detail: guid(99) }), appReads(30)],
  }),
  world('a grant that failed', { miss: [grant(20, { outcome: 'failed' }), appReads(30)] }),
  world('a grant in another tenant', { miss: [grant(20, { tenant: 'tenant-b' }), appReads(30)] }),
  world('a grant long ago', { miss: [grant(0), appReads(60 * DAY)] }),
  world('a new credential long ago, made with a token nobody issued', {
    hit: [readLater],
    miss: [forgedKey],
    verdicts: new Map([[forgedKey, ['unissued', 'never-issued', 'lead']]]),
  }),
]

const unissuedGrants: Life[] = [
  world('a grant made with a token nobody issued', {
    hit: [appReads(9 * DAY), readLater],
    miss: [firstMail, forgedGrant],
    verdicts: new Map([[forgedGrant, ['unissued', 'never-issued']]]),
  }),
  world('a grant made with an issued token', { miss: [firstMail, cleanGrant, appReads(9 * DAY)] }),
  world('a verdict that is a lead establishes nothing', {
    miss: [firstMail, leadGrant, appReads(9 * DAY)],
    verdicts: new Map([[leadGrant, ['unissued', 'never-issued', 'lead']]]),
  }),
  world('a new credential for an application that may have had its rights before', {
    miss: [firstMail, forgedKey, appReads(9 * DAY)],
    verdicts: new Map([[forgedKey, ['unissued', 'never-issued']]]),
  }),
  world('an application that read mail before, from anywhere', {
    miss: [firstMail, appReads(DAY, { ip: OFFICE }), forgedGrant, appReads(9 * DAY)],
    verdicts: new Map([[forgedGrant, ['unissued', 'never-issued']]]),
  }),
  world('a mail log that begins with the grant cannot say what was read before', {
    miss: [forgedGrant, appReads(9 * DAY)],
    verdicts: new Map([[forgedGrant, ['unissued', 'never-issued']]]),
  }),
]

const contexts: Life[] = [
  world('the mail service’s own application id does not excuse a new client and network', {
    hit: [late(ANNA, { client: REST })],
    miss: weeks(),
  }),
  world('an application that no mailbox of the group has, from a new network', {
    hit: [late(ANNA, { client_app_id: APP })],
    miss: weeks(),
  }),
  world('a network new to the tenant that reads several mailboxes', {
    hit: [late(ANNA), late(BORIS)],
    miss: weeks(),
  }),
  world('a journey of one person is ordinary', { miss: [...weeks(), late(ANNA)] }),
  world('a journey of two who sign in there is ordinary', {
    miss: [...weeks(), late(ANNA), late(BORIS)],
    issuance: [issuance(15 * DAY - 1, ANNA, { ip: HOTEL })],
  }),
  world('a new mail program at the desk is ordinary, also on a later journey', {
    miss: [
      ...weeks(),
      late(ANNA, { client: 'Client=POP3', ip: '198.51.100.1' }),
      bind(ANNA, 16 * DAY, [], { client: 'Client=POP3', ip: HOTEL, app_id: OWA }),
    ],
  }),
  world('an update of the browser is no new client', {
    miss: [...weeks(), late(ANNA, { client: WINDOWS.replace('113.0.0.0', '114.0.5735.90') })],
  }),
  world('a migration to a new application id is ordinary, also for who is on a journey', {
    miss: [
      ...weeks(),
      ...crowd
        .slice(1)
        .map((who) =>
          late(who, { app_id: '9199bf20-a13f-4107-85dc-02114787ef48', ip: '198.51.100.3' }),
        ),
      late(ANNA, { app_id: '9199bf20-a13f-4107-85dc-02114787ef48' }),
    ],
  }),
  world('another group’s client does not excuse it', {
    hit: [late(ANNA, { client: REST })],
    miss: [
      ...weeks(),
      bind('it@a.example.org', 5, [], { ip: '192.0.2.1', client: REST, app_id: OWA }),
    ],
    directory: [
      ...crowd.map((who, line) => ({
        evidence_id: 1,
        line,
        principal: who,
        principal_id: '',
        tenant: 'tenant-a',
        organisation: 'A',
        groups: ['Policy'],
        display_name: '',
      })),
      {
        evidence_id: 1,
        line: 9,
        principal: 'it@a.example.org',
        principal_id: '',
        tenant: 'tenant-a',
        organisation: 'A',
        groups: ['IT'],
        display_name: '',
      },
    ],
  }),
  world('an address of the mail service itself is no network that is new to the tenant', {
    miss: [...weeks(), late(ANNA, { ip: '40.99.1.2' }), late(BORIS, { ip: '40.99.1.3' })],
  }),
  world('a machine that anybody can rent beside the service is one', {
    hit: [late(ANNA, { ip: '20.54.213.245' }), late(BORIS, { ip: '20.54.213.246' })],
    miss: weeks(),
  }),
  world('what the service reads from a network does not make it the tenant’s', {
    hit: [late(ANNA, { ip: '13.107.6.151' }), late(BORIS, { ip: '13.107.6.151' })],
    miss: [
      ...weeks(),
      ...crowd.map((who) => bind(who, 3, [], { ip: '13.107.6.152', client: WINDOWS, app_id: OWA })),
    ],
  }),
  world('a client that is new to the group is new from there, too', {
    hit: [late(ANNA, { ip: '2603:10a6:800:1a2::13', client: REST })],
    miss: [...weeks(), late(BORIS, { ip: '2603:10a6:800:1a2::13' })],
  }),
  world('what was there in the first days is known', {
    miss: [
      ...weeks(),
      bind(ANNA, 10, [], { client: REST, app_id: OWA, ip: HOTEL }),
      late(ANNA, { client: REST }),
    ],
  }),
  world('a stray old record does not begin the log', {
    hit: [late(ANNA, { client: REST })],
    miss: [...weeks(), bind(ANNA, -900 * DAY, [], { ip: OFFICE, client: WINDOWS, app_id: OWA })],
  }),
]

const rule = (detail: string, fields: Row = {}): Row =>
  access(5, { operation: 'New-InboxRule', service: 'Exchange', principal: ANNA, detail, ...fields })
const parameters = (of: Readonly<Record<string, string>>) => JSON.stringify({ parameters: of })
const actions = (text: string) => JSON.stringify({ operationProperties: { RuleActions: text } })
const rules: Life[] = [
  world('rules that forward outside, delete or hide', {
    hit: [
      rule(parameters({ ForwardTo: 'smtp:box@elsewhere.example.com' })),
      rule(parameters({ DeleteMessage: 'True' })),
      rule(parameters({ MoveToFolder: 'RSS Feeds' }), { operation: 'Set-InboxRule' }),
      rule(parameters({ ForwardingSmtpAddress: 'smtp:box@elsewhere.example.com' }), {
        operation: 'Set-Mailbox',
      }),
      rule(actions('[{"ActionType":"Forward","Recipients":["box@elsewhere.example.com"]}]'), {
        operation: 'UpdateInboxRules',
      }),
      rule(actions('[{"ActionType":"Delete"}]'), { operation: 'UpdateInboxRules' }),
    ],
    miss: [
      rule(parameters({ ForwardTo: ANNA, From: 'news@elsewhere.example.com' })),
      rule(parameters({ MoveToFolder: 'Newsletters', From: 'news@elsewhere.example.com' })),
      rule(parameters({ DeleteMessage: 'False' })),
      rule(parameters({ DeleteMessage: 'True' }), { outcome: 'failed' }),
      rule(parameters({ ForwardTo: 'x@elsewhere.example.com' }), { operation: 'Remove-InboxRule' }),
      rule(actions('[{"ActionType":"MarkAsRead"}]'), { operation: 'UpdateInboxRules' }),
      rule('no JSON at all'),
    ],
    access: [bind(ANNA, 1, [])],
  }),
  world('forwarding inside the organisation', {
    hit: [
      rule(parameters({ ForwardTo: BORIS })),
      rule(parameters({ RedirectTo: 'Boris Becker', SubjectContainsWords: 'invoice' })),
      rule(parameters({ ForwardingAddress: 'boris', DeliverToMailboxAndForward: 'False' }), {
        operation: 'Set-Mailbox',
      }),
    ],
    miss: [
      rule(parameters({ DeliverToMailboxAndForward: 'False' }), { operation: 'Set-Mailbox' }),
      rule(parameters({ ProhibitSendQuota: '50 GB', Identity: BORIS }), {
        operation: 'Set-Mailbox',
      }),
    ],
    access: [bind(ANNA, 1, [])],
  }),
  world('folders where nobody looks, in other display languages', {
    hit: [
      'Gelöschte Elemente',
      'anna:\\Unterhaltungsverlauf',
      'Flux RSS',
      'RSS源',
      'COURRIER INDE\u0301SIRABLE',
      'Correo no deseado',
      'Lixo Eletrônico',
      'Cronologia conversazioni',
      'Ongewenste e-mail',
      'Skräppost',
      'Søppelpost',
      'Uønsket mail',
      'Roskaposti',
      'Wiadomości-śmieci',
      'Nevyžádaná pošta',
      'Levélszemét',
      'Gereksiz E-posta',
      'Αρχειοθέτηση',
      'Нежелательная почта',
      'Видалені',
      'דואר זבל',
      'البريد الإلكتروني غير الهام',
      '迷惑メール',
      '지운 편지함',
      '垃圾邮件',
      '交談記錄',
      'อีเมลขยะ',
      'Lưu trữ',
      'Inbox/Archive',
      '..',
    ].map((folder) => rule(parameters({ MoveToFolder: folder }))),
    miss: [
      'Projekte',
      'Cross',
      'Archivist',
      'Junkyard',
      'Inbox',
      'Kunden\\Neu',
      'Рассылки',
      '顧客',
    ].map((folder) => rule(parameters({ MoveToFolder: folder }))),
    access: [bind(ANNA, 1, [])],
  }),
  world('transport rules and junk settings', {
    hit: [
      rule(parameters({ BlindCopyTo: 'box@elsewhere.example.com' }), {
        operation: 'New-TransportRule',
      }),
      rule(parameters({ RedirectMessageTo: BORIS }), { operation: 'Set-TransportRule' }),
      rule(parameters({ DeleteMessage: 'True' }), { operation: 'Enable-TransportRule' }),
      rule(parameters({ SetSCL: '-1' }), { operation: 'New-TransportRule' }),
      rule(parameters({ BlockedSendersAndDomains: 'security@a.example.org' }), {
        operation: 'Set-MailboxJunkEmailConfiguration',
      }),
      rule(parameters({ TrustedSendersAndDomains: 'evil.example' }), {
        operation: 'Set-MailboxJunkEmailConfiguration',
      }),
      rule('', { operation: 'POST users/{id}/mailFolders/{id}/messageRules' }),
    ],
    miss: [
      rule(parameters({ SetSCL: '9' }), { operation: 'New-TransportRule' }),
      rule(parameters({ PrependSubject: '[EXTERNAL]' }), { operation: 'New-TransportRule' }),
      rule(parameters({ Enabled: 'True' }), { operation: 'Set-MailboxJunkEmailConfiguration' }),
      rule('', { operation: 'GET users/{id}/mailFolders/{id}/messageRules' }),
    ],
    access: [bind(ANNA, 1, [])],
  }),
]

/** An application's first readings of several mailboxes, a minute apart unless `apart` hours are given. */
const boxes = (at: number, count: number, fields: Row = {}, apart = 1 / 60): Row[] =>
  Array.from({ length: count }, (_, index) =>
    appReads(at + index * apart, { mailbox: `m${index}@a.example.org`, ...fields }),
  )
const many: Life[] = [
  world('an application reads five mailboxes for the first time', {
    hit: boxes(15 * DAY, 5),
    miss: weeks(),
  }),
  world('four are not many', { miss: [...weeks(), ...boxes(15 * DAY, 4)] }),
  world('mailboxes that it knows', { miss: [...weeks(), ...boxes(5, 5), ...boxes(15 * DAY, 5)] }),
  world('five over a day', { miss: [...weeks(), ...boxes(15 * DAY, 5, {}, 2)] }),
  world('people who read their own', {
    miss: [
      ...weeks(),
      ...crowd.map((who) =>
        appReads(15 * DAY, { mailbox: who, principal: who, actor_kind: 'user' }),
      ),
      appReads(15 * DAY, {
        mailbox: 'e@a.example.org',
        principal: 'e@a.example.org',
        actor_kind: 'user',
      }),
    ],
  }),
]

describe('hunts for grants and contexts', () => {
  testHunts({
    app_reads_many_mailboxes: many,
    context_never_seen: contexts,
    grant_by_unissued_token: unissuedGrants,
    inbox_rule_hide_or_forward: rules,
    new_grant_app_only_mail: grants,
  })
})
