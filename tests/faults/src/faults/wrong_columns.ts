/** Faults of columns that hold another thing than their name says, or begin to hold it one day. */
import type { Fault } from '../world/fault.ts'
import {
  addressOf,
  shifted,
  timeOf,
  withAddress,
  withContext,
  withMember,
  withToken,
} from '../world/fields.ts'
import { DAY, HOUR, msOf, seconds } from '../world/times.ts'
import {
  type Json,
  type LogFile,
  mapRows,
  objectOf,
  textOf,
  type World,
  withFiles,
} from '../world/world.ts'
import { altering, MADE } from './alter.ts'
import { timesOf } from './rows.ts'

export const WRONG_COLUMNS: readonly Fault[] = [
  {
    name: 'sign-in-users-slipped',
    accident: 'The column of user ids slipped by one row when a sheet of sign-ins was sorted.',
    does: 'Each sign-in names its neighbour’s user.',
    apply: (world) => slippedMembers(world, ['userId', 'userPrincipalName', 'userDisplayName']),
  },
  {
    name: 'sign-in-apps-swapped',
    accident: 'An import swapped the columns of the client and of the resource.',
    does: 'No sign-in names the client that it was made for.',
    apply: (world) =>
      altering(world, MADE, (_, data) => ({
        ...data,
        appId: data['resourceId'],
        resourceId: data['appId'],
      })),
  },
  {
    name: 'sign-in-sessions-are-correlation-ids',
    accident: 'An import put the correlation id into the column of sessions.',
    does: 'No session of an access is known to have begun.',
    apply: (world) =>
      altering(world, MADE, (_, data) =>
        data['sessionId'] === undefined ? data : { ...data, sessionId: data['correlationId'] },
      ),
  },
  {
    name: 'sign-in-resource-tenants-are-home-tenants',
    accident: 'A query wrote the home tenant into the column of the resource’s tenant.',
    does: 'Sign-ins of guests seem to be for their own tenant.',
    apply: (world) =>
      altering(world, MADE, (_, data) =>
        data['homeTenantId'] === data['resourceTenantId']
          ? data
          : { ...data, resourceTenantId: data['homeTenantId'] },
      ),
  },
  {
    name: 'sign-in-owner-is-a-workspace',
    accident: 'The tenant that an export names is the workspace that it was kept in.',
    does: 'No sign-in log says whose it is.',
    apply: (world) =>
      withFiles(world, (file) =>
        file.kind === 'sign-in' ? { ...file, owner: 'b6d1c0de-7a44-4d1b-9b54-1f0c8f3a6e20' } : file,
      ),
  },
  {
    name: 'sign-in-status-missing',
    accident: 'An export of the sign-ins leaves out the result.',
    does: 'Failed sign-ins cannot be told from others.',
    apply: (world) => altering(world, MADE, (_, data) => withMember(data, 'status', undefined)),
  },
  {
    name: 'sign-in-times-rounded',
    accident: 'A privacy rule rounds the times of sign-ins down to the hour.',
    does: 'Times of sign-ins are known to the hour.',
    apply: (world) =>
      altering(world, MADE, (kind, data) => shifted(kind, data, -(timeOf(kind, data) % HOUR))),
  },
  {
    name: 'audit-issue-times-rounded',
    accident: 'The time of issue is written to the hour.',
    does: 'The time of issue is up to an hour too early.',
    apply: (world) =>
      altering(world, ['audit'], (_, data) => {
        const issued = textOf(objectOf(data, 'AppAccessContext'), 'IssuedAtTime')
        if (issued === '') return data
        return withContext(data, 'IssuedAtTime', seconds(msOf(issued) - (msOf(issued) % HOUR)))
      }),
  },
  {
    name: 'audit-ids-begin-half-way',
    accident: 'The audit log began to carry token ids while it ran.',
    does: 'Accesses before have no token id.',
    apply: (world) => before(world, 'audit', (data) => withToken('audit', data, undefined)),
  },
  {
    name: 'sign-in-ids-begin-half-way',
    accident: 'The sign-in log began to carry token ids and sessions while it ran.',
    does: 'Sign-ins before have the id of the request alone.',
    apply: (world) =>
      before(world, 'sign-in', (data) =>
        withMember(withToken('sign-in', data, undefined), 'sessionId', undefined),
      ),
  },
  {
    name: 'audit-users-in-capitals',
    accident: 'The audit log writes the names of users in capitals.',
    does: 'Names have no letter case, so nothing is lost.',
    apply: (world) =>
      altering(world, ['audit'], (_, data) => ({
        ...data,
        UserId: textOf(data, 'UserId').toUpperCase(),
      })),
  },
  {
    name: 'audit-addresses-with-ports',
    accident: 'The audit log writes a port behind each address.',
    does: 'A port is no part of an address, so nothing is lost.',
    apply: (world) =>
      altering(world, ['audit'], (kind, data) => {
        const ip = addressOf(kind, data)
        return ip === '' ? data : withAddress(kind, data, ip.includes(':') ? ip : `${ip}:51234`)
      }),
  },
  {
    name: 'audit-tenants-are-anothers',
    accident: 'The audit log names the tenant of a reseller instead of ours.',
    does: 'Accesses and sign-ins are of different tenants.',
    apply: (world) =>
      altering(world, ['audit'], (_, data) => ({
        ...data,
        OrganizationId: '3f2c7b18-90de-4b6a-8d15-5a7e1c9b0d42',
      })),
  },
  {
    name: 'sign-in-ids-of-the-day-before',
    accident: 'A join by row number gave each sign-in the token id of another day.',
    does: 'Each sign-in carries an id that somebody else’s has.',
    apply: (world) =>
      withFiles(world, (file) => (file.kind === 'sign-in' ? idsOfAnotherDay(file) : file)),
  },
]

function slippedMembers(world: World, names: readonly string[]): World {
  return withFiles(world, (file) => {
    if (file.kind !== 'sign-in') return file
    let last: Json | undefined
    return mapRows(file, (data) => {
      const from = last
      last = data
      if (from === undefined) return data
      return { ...data, ...Object.fromEntries(names.map((name) => [name, from[name]])) }
    })
  })
}

/** Changes the rows of one kind of log in the first half of its time. */
function before(
  world: World,
  kind: LogFile['kind'],
  change: (data: Json) => Json,
): World | undefined {
  const times = timesOf(world, [kind])
  const half = times[Math.floor(times.length / 2)] ?? 0
  return altering(world, [kind], (_, data) => (timeOf(kind, data) < half ? change(data) : data))
}

/** Ids move as a block: those of a row are of one that lies about a day further on. */
function idsOfAnotherDay(file: LogFile): LogFile {
  const first = file.rows[0]
  if (first === undefined) return file
  const fromMs = timeOf(file.kind, first.data)
  const by = file.rows.filter(({ data }) => timeOf(file.kind, data) < fromMs + DAY).length
  const rows = file.rows.map(({ data, cut }, at) => {
    const other = file.rows[(at + by) % file.rows.length]?.data ?? data
    const id = textOf(other, 'uniqueTokenIdentifier')
    return { data: { ...withToken('sign-in', data, id), id: other['id'] }, cut }
  })
  return { ...file, rows }
}
