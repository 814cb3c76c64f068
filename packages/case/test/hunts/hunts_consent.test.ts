/**
 * The hunt for consents in a user's name: rows that it must hit, and neighbours from ordinary life that it must not.
 */
import { describe } from 'node:test'
import { access, bind, guid, type Row } from '../world.ts'
import { ANNA, APP, BORIS, DAY, HOTEL, type Life, testHunts, world } from './hunt_lives.ts'

const OBJECT = guid(0x501)
const ANNA_ID = guid(0xa11a)
const ALL = '"ConsentContext.OnBehalfOfAll":{"new":"True","old":""},'
const permissions = (before: string, after: string, user = '') =>
  `"ConsentAction.Permissions":{"new":"[${before}] => [[Id: x, ClientId: ${OBJECT}, PrincipalId: ${user}, Scope: ${after}]]; ","old":""}`

/** As the unified audit log writes it. */
const consent = (at: number, scopes: string, fields: Row = {}, more = '', before = ''): Row =>
  access(at, {
    operation: 'Consent to application.',
    service: 'AzureActiveDirectory',
    principal: ANNA,
    object_path: APP,
    detail: `{"modifiedProperties":{${more}${permissions(before, scopes)}},"targets":["ServicePrincipal_${OBJECT}","${OBJECT}","A tool","${APP}"]}`,
    ...fields,
  })
/** As Graph's directory audit writes it, and as a grant that names the directory's object alone. */
const audited = (at: number): Row =>
  access(at, {
    source: 'entra-audit',
    operation: 'Consent to application',
    principal: ANNA,
    client_app_id: APP,
    detail: JSON.stringify({
      targets: [
        {
          id: OBJECT,
          changes: [
            { name: 'ConsentContext.OnBehalfOfAll', old: '', new: '"False"' },
            { name: 'ConsentAction.Permissions', old: '', new: '"[] => [[Scope: Mail.Read]]; "' },
          ],
        },
      ],
    }),
  })
const grant = (at: number, fields: Row = {}): Row =>
  access(at, {
    operation: 'Add delegated permission grant.',
    principal: ANNA,
    detail: `{"modifiedProperties":{"DelegatedPermissionGrant.Scope":{"new":" offline_access Mail.ReadWrite","old":""},"ServicePrincipal.ObjectID":{"new":"${OBJECT}","old":""}}}`,
    ...fields,
  })
const named = (at: number): Row =>
  access(at, {
    operation: 'Add service principal.',
    principal: BORIS,
    detail: `{"targets":["ServicePrincipal_${OBJECT}","${OBJECT}","${APP}"]}`,
  })
const reads = (at: number, who: string = ANNA, fields: Row = {}): Row =>
  bind(who, at, [`<${at}@example.org>`], { client_app_id: APP, ip: HOTEL, ...fields })

const lives: Life[] = [
  world('an application reads the mail of the user who consented', {
    hit: [reads(30), reads(40 * DAY)],
    miss: [consent(20, 'openid Mail.Read'), reads(30, BORIS), bind(ANNA, 30, [])],
  }),
  world('an administrator consented for all', {
    hit: [reads(30), reads(31, BORIS)],
    miss: [consent(20, 'EWS.AccessAsUser.All', {}, ALL)],
  }),
  world('an administrator consented for one user', {
    hit: [reads(30, ANNA, { principal_id: ANNA_ID })],
    miss: [
      access(20, {
        operation: 'Consent to application.',
        principal: BORIS,
        detail: `{"modifiedProperties":{${permissions('', 'Mail.Read', ANNA_ID)}},"targets":["${APP}"]}`,
      }),
      reads(30, 'clara@a.example.org', { principal_id: guid(7) }),
    ],
  }),
  world('the directory audit says it', {
    hit: [reads(30)],
    miss: [audited(20), reads(30, BORIS)],
  }),
  world('a grant that names the object of the directory alone', {
    hit: [reads(30)],
    miss: [named(10), grant(20)],
  }),
  world('requests to Graph are reading, too', {
    hit: [reads(30, ANNA, { source: 'graph-activity', operation: 'GET me/messages' })],
    miss: [consent(20, 'Mail.ReadBasic')],
  }),
  world('scopes without mail, or that were there before', {
    miss: [
      consent(20, 'User.Read Mail.Send MailboxSettings.Read'),
      consent(21, 'Mail.Read', {}, '', 'Scope: Mail.Read'),
      reads(30),
    ],
  }),
  world('an application that read this mail before', {
    miss: [reads(3), consent(20, 'Mail.Read'), reads(30)],
  }),
  world('another application, another tenant, a consent that failed or is long ago', {
    miss: [
      consent(20, 'Mail.Read', {
        object_path: guid(99),
        detail: `{"modifiedProperties":{${permissions('', 'Mail.Read').replace(OBJECT, guid(98))}},"targets":["${guid(98)}","${guid(99)}"]}`,
      }),
      consent(20, 'Mail.Read', { tenant: 'tenant-b' }),
      consent(20, 'Mail.Read', { outcome: 'failed' }),
      consent(-30 * DAY, 'Mail.Read'),
      reads(30),
    ],
  }),
  world('an application without a user is another hunt’s', {
    miss: [
      consent(20, 'Mail.Read', {}, ALL),
      reads(30, ANNA, { actor_kind: 'app', principal: '' }),
    ],
  }),
]

describe('hunts for consents', () => {
  testHunts({ consent_then_mail: lives })
})
