/** Faults of columns: missing, altered, or holding another thing than their name says. */
import { createHash } from 'node:crypto'
import type { Fault } from '../world/fault.ts'
import { addressOf, withAddress, withContext, withMember, withToken } from '../world/fields.ts'
import { utiOf } from '../world/ids.ts'
import { HOUR, msOf, seconds } from '../world/times.ts'
import {
  type Json,
  type LogFile,
  mapRows,
  objectOf,
  textOf,
  type World,
  withFiles,
} from '../world/world.ts'
import { altering, ids, idsOfOneApp, MADE, SEEN, slipped } from './alter.ts'
import { asTable } from './clocks.ts'
import { commonest, dataOf, type Kind } from './rows.ts'

const lacks = (what: string) => `${what} of no row is known.`
const recordId = (data: Json) => textOf(data, 'Id') || textOf(data, 'RequestId')

export const COLUMNS: readonly Fault[] = [
  {
    name: 'audit-ids-lower-cased',
    accident: 'A store for search lower-cased the token ids of the access logs.',
    does: 'A genuine id becomes another valid one, or none.',
    apply: ids(SEEN, (id) => id.toLowerCase()),
  },
  {
    name: 'sign-in-ids-lower-cased',
    accident: 'A store for search lower-cased the token ids of the sign-ins.',
    does: 'A genuine id becomes another valid one, or none.',
    apply: ids(MADE, (id) => id.toLowerCase()),
  },
  {
    name: 'audit-ids-shortened',
    accident: 'A database column is 16 characters wide.',
    does: 'No token id can be read.',
    apply: ids(SEEN, (id) => id.slice(0, 16)),
  },
  {
    name: 'sign-in-ids-like-formulas-lost',
    accident: 'A spreadsheet took token ids that begin with a sign for formulas.',
    does: 'One token in 64 has no id in the sign-ins.',
    apply: (world) =>
      likeFormulas(withFiles(world, (file) => (file.kind === 'sign-in' ? asTable(file) : file))),
  },
  {
    name: 'audit-ids-slipped',
    accident: 'The column of token ids slipped by one row when a sheet of accesses was sorted.',
    does: 'Each access carries the id of its neighbour.',
    apply: slipped(SEEN),
  },
  {
    name: 'sign-in-ids-slipped',
    accident: 'The column of token ids slipped by one row when a sheet of sign-ins was sorted.',
    does: 'Each sign-in carries the id of its neighbour.',
    apply: slipped(MADE),
  },
  {
    name: 'audit-ids-are-request-ids',
    accident: 'A version of one client reports the id of its request as the token id.',
    does: 'The token ids of that client are no token ids, and look like some.',
    apply: idsOfOneApp(SEEN, (_, data) => utiOf(recordId(data))),
  },
  {
    name: 'audit-ids-are-session-ids',
    accident: 'A version of one client reports the session as the token id.',
    does: 'The token ids of that client are those of its sessions.',
    apply: idsOfOneApp(SEEN, (id, data) => {
      const session =
        textOf(objectOf(data, 'AppAccessContext'), 'AADSessionId') || textOf(data, 'SessionId')
      return session === '' ? id : utiOf(session)
    }),
  },
  {
    name: 'audit-ids-of-one-client-missing',
    accident: 'A version of one client reports no token id.',
    does: 'Accesses by that client have no token id.',
    apply: idsOfOneApp(SEEN, () => undefined),
  },
  {
    name: 'sign-in-ids-are-row-numbers',
    accident: 'An import put the number of the row into the column of token ids.',
    does: 'No sign-in has its token id.',
    apply: (world) => {
      let number = 0
      return ids(MADE, () => String(++number))(world)
    },
  },
  {
    name: 'audit-ids-anonymised',
    accident: 'The access logs were anonymised before they were handed over.',
    does: lacks('The token id'),
    apply: ids(SEEN, () => 'ANONYMIZED'),
  },
  {
    name: 'audit-ids-hashed',
    accident: 'The token ids of the access logs were replaced by pseudonyms that look like ids.',
    does: 'No id of an access is in the sign-ins.',
    apply: ids(SEEN, (id) => hashed(id)),
  },
  {
    name: 'audit-token-ids-missing',
    accident: 'An export of the access logs leaves out the token id.',
    does: lacks('The token id'),
    apply: ids(SEEN, () => undefined),
  },
  {
    name: 'sign-in-token-ids-missing',
    accident: 'An export of the sign-ins leaves out the token id.',
    does: 'The id of the request is all that is left of the token.',
    apply: ids(MADE, () => undefined),
  },
  {
    name: 'sign-in-all-ids-missing',
    accident: 'An export of the sign-ins leaves out token, request and session.',
    does: 'No sign-in says which token it made.',
    apply: (world) =>
      altering(world, MADE, (kind, data) =>
        withMember(withMember(withToken(kind, data, undefined), 'id', ''), 'sessionId', undefined),
      ),
  },
  {
    name: 'audit-sessions-missing',
    accident: 'An export of the audit log leaves out the session.',
    does: lacks('The session'),
    apply: (world) =>
      altering(world, ['audit'], (_, data) =>
        withMember(withContext(data, 'AADSessionId', undefined), 'SessionId', undefined),
      ),
  },
  {
    name: 'sign-in-sessions-missing',
    accident: 'The sign-in log had no column for sessions yet.',
    does: 'No session is known to have begun.',
    apply: (world) => altering(world, MADE, (_, data) => withMember(data, 'sessionId', undefined)),
  },
  {
    name: 'audit-issue-times-missing',
    accident: 'An export of the audit log leaves out when the token was issued.',
    does: lacks('The time of issue'),
    apply: (world) =>
      altering(world, ['audit'], (_, data) => withContext(data, 'IssuedAtTime', undefined)),
  },
  {
    name: 'audit-issue-times-local',
    accident: 'The time of issue is in local time, and all other times are in UTC.',
    does: 'The time of issue is hours off in every access.',
    apply: (world) =>
      altering(world, ['audit'], (_, data) => {
        const issued = textOf(objectOf(data, 'AppAccessContext'), 'IssuedAtTime')
        return issued === ''
          ? data
          : withContext(data, 'IssuedAtTime', seconds(msOf(issued) + 2 * HOUR))
      }),
  },
  {
    name: 'audit-tenants-missing',
    accident: 'An export of the audit log leaves out the tenant.',
    does: 'No access says whose it is.',
    apply: (world) =>
      altering(world, ['audit'], (_, data) =>
        withMember(withMember(data, 'OrganizationId', undefined), 'TokenTenantId', undefined),
      ),
  },
  {
    name: 'sign-in-tenants-missing',
    accident: 'An export of the sign-ins leaves out both tenants of each.',
    does: 'No sign-in says for whose resource it was, or from where.',
    apply: (world) =>
      altering(world, MADE, (_, data) =>
        withMember(withMember(data, 'resourceTenantId', undefined), 'homeTenantId', undefined),
      ),
  },
  {
    name: 'sign-in-home-tenants-missing',
    accident: 'An export of the sign-ins leaves out the home tenant.',
    does: 'Guests cannot be told from members.',
    apply: (world) =>
      altering(world, MADE, (_, data) =>
        withMember(withMember(data, 'homeTenantId', undefined), 'crossTenantAccessType', undefined),
      ),
  },
  {
    name: 'audit-addresses-masked',
    accident: 'A privacy rule sets the last part of each address of the access logs to 0.',
    does: 'Addresses are known as networks alone.',
    apply: (world) => masking(world, SEEN),
  },
  {
    name: 'sign-in-addresses-masked',
    accident: 'A privacy rule sets the last part of each address of the sign-ins to 0.',
    does: 'Addresses are known as networks alone.',
    apply: (world) => masking(world, MADE),
  },
  {
    name: 'audit-addresses-missing',
    accident: 'An export of the access logs leaves out the address.',
    does: lacks('The address'),
    apply: (world) => altering(world, SEEN, (kind, data) => withAddress(kind, data, undefined)),
  },
  {
    name: 'addresses-of-a-proxy',
    accident: 'A reverse proxy writes its own address into every access.',
    does: 'All accesses seem to come from one address, the attacker’s too.',
    apply: (world) => {
      const proxy = commonest(dataOf(world, SEEN).map(({ kind, data }) => addressOf(kind, data)))
      return altering(world, SEEN, (kind, data) => withAddress(kind, data, proxy))
    },
  },
  {
    name: 'sign-in-users-pseudonymised',
    accident: 'Users of the sign-ins were replaced by pseudonyms, those of the audit log were not.',
    does: 'No sign-in is of a user whom an access names.',
    apply: (world) =>
      altering(world, MADE, (_, data) => {
        const user = textOf(data, 'userPrincipalName')
        if (user === '') return data
        const named = { ...data, userPrincipalName: `user-${mark(user)}@anonymous.invalid` }
        return { ...named, userId: guidLike(textOf(data, 'userId')), userDisplayName: 'user' }
      }),
  },
  {
    name: 'audit-apps-missing',
    accident: 'An export of the audit log leaves out the applications.',
    does: lacks('The application'),
    apply: (world) =>
      altering(world, ['audit'], (_, data) =>
        ['AppId', 'ClientAppId'].reduce(
          (left, name) => withMember(left, name, undefined),
          withContext(data, 'ClientAppId', undefined),
        ),
      ),
  },
  {
    name: 'domain-renamed',
    accident: 'The tenant’s domain was renamed half way: audit records have the new names since.',
    does: 'Users have two names; their object ids stay.',
    apply: renamed,
  },
]

/** What a spreadsheet makes of a cell that it cannot compute. */
const likeFormulas = ids(MADE, (id) => (/^[-+=]/.test(id) ? '#NAME?' : id))

function masking(world: World, kinds: readonly Kind[]): World | undefined {
  return altering(world, kinds, (kind, data) => {
    const ip = addressOf(kind, data)
    return ip === '' ? data : withAddress(kind, data, ip.replace(/\.\d+$/, '.0'))
  })
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const mark = (text: string) => digest(text).toString('hex').slice(0, 10)
const hashed = (text: string) => digest(text).subarray(0, 16).toString('base64url')

function guidLike(text: string): string {
  const hex = digest(text).toString('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ]
  return `${parts.join('-')}-${hex.slice(20, 32)}`
}

function renamed(world: World): World | undefined {
  const halves = new Map<LogFile, string>()
  for (const file of world.files)
    if (file.kind === 'audit')
      halves.set(
        file,
        textOf(file.rows[Math.floor(file.rows.length / 2)]?.data ?? {}, 'CreationTime'),
      )
  const names = new Set(world.renamed)
  const changed = withFiles(world, (file) => {
    const from = halves.get(file)
    if (from === undefined) return file
    return mapRows(file, (data) => {
      if (textOf(data, 'CreationTime') < from || data['AppAccessContext'] === undefined) return data
      const rename = (name: string) =>
        textOf(data, name).replace(/^([^@#]+)@[^@]+$/, '$1@renamed.example.net')
      const owner = textOf(data, 'MailboxOwnerUPN')
      names.add(owner.toLowerCase()).add(rename('MailboxOwnerUPN').toLowerCase())
      return {
        ...data,
        UserId: rename('UserId'),
        ...(owner !== '' && { MailboxOwnerUPN: rename('MailboxOwnerUPN') }),
      }
    })
  })
  return { ...changed, renamed: names }
}
