/** Faults of whole logs: missing, replaced by a partner's, alone, grouped, without some tokens. */
import type { Fault } from '../world/fault.ts'
import { addressOf, appOf, timeOf, userOf, withMember, withToken } from '../world/fields.ts'
import type { Random } from '../world/random.ts'
import { HOUR } from '../world/times.ts'
import {
  type Category,
  type Json,
  type LogFile,
  mapRows,
  type Row,
  textOf,
  type World,
  withFiles,
} from '../world/world.ts'
import { dataOf, keeping, SIGN_INS, silently, timesOf } from './rows.ts'

export const WHOLE_LOGS: readonly Fault[] = [
  {
    name: 'no-sign-in-logs',
    accident: 'Nobody exported the sign-in logs.',
    does: 'Issuance is known from the audit log at best.',
    apply: (world) => without(world, ({ kind }) => kind === 'sign-in'),
  },
  {
    name: 'no-non-interactive-log',
    accident:
      'Graph’s list of sign-ins was exported without a filter: it has interactive ones alone.',
    does: 'Renewed tokens have no issuance.',
    apply: (world) => withoutCategory(world, 'non-interactive'),
  },
  {
    name: 'no-interactive-log',
    accident: 'The interactive sign-ins were left out of the export.',
    does: 'Tokens of a first sign-in have no issuance.',
    apply: (world) => withoutCategory(world, 'interactive'),
  },
  {
    name: 'no-service-principal-log',
    accident: 'Sign-ins of applications were not routed to the collector.',
    does: 'Tokens of applications have no issuance.',
    apply: (world) => withoutCategory(world, 'service-principal'),
  },
  {
    name: 'no-audit-log',
    accident: 'The audit log is missing, and the sign-ins and Graph activity are there.',
    does: 'What was read is in no record.',
    apply: (world) => silently(without(world, ({ kind }) => kind === 'audit')),
  },
  {
    name: 'no-logs-of-one-tenant',
    accident: 'One of the tenants did not hand over its sign-ins.',
    does: 'No token of that tenant has an issuance.',
    apply: (world, random) => {
      const owners = [
        ...new Set(world.files.filter(({ kind }) => kind === 'sign-in').map(({ owner }) => owner)),
      ]
      if (owners.length < 2) return undefined
      const lost = random.pick(owners)
      return without(world, ({ kind, owner }) => kind === 'sign-in' && owner === lost)
    },
  },
  {
    name: 'partner-logs-added',
    accident: 'The logs of a partner, whose people are guests here, were put to the evidence.',
    does: 'Nothing is lost: there is more than before.',
    apply: (world) =>
      world.partner.length === 0
        ? undefined
        : { ...world, files: [...world.files, ...world.partner] },
  },
  {
    name: 'partner-sign-ins-instead-of-ours',
    accident:
      'A partner’s sign-in logs are there, with its people as our guests, and ours are not.',
    does: 'Only the tokens of guests have an issuance.',
    apply: (world) => withPartner(world, (file) => file.kind === 'sign-in'),
  },
  {
    name: 'partner-answer-instead-of-ours',
    accident:
      'A partner’s sign-ins are there as Graph’s answer, which names no owner; ours are not.',
    does: 'Only the tokens of guests have an issuance.',
    apply: (world) => {
      const changed = withPartner(world, (file) => file.kind === 'sign-in')
      return (
        changed && withFiles(changed, (file) => (file.kind === 'sign-in' ? asAnswer(file) : file))
      )
    },
  },
  {
    name: 'partner-fills-a-category',
    accident: 'Our non-interactive sign-ins are missing, and a partner’s are there.',
    does: 'Only the renewed tokens of guests have an issuance.',
    apply: (world) => withPartner(world, ({ category }) => category === 'non-interactive'),
  },
  {
    name: 'audit-log-alone',
    accident: 'The audit log is all that there is; people stay signed in from before it begins.',
    does: 'Sessions and tokens from before have no issuance, nor do renewed ones.',
    apply: (world) => without(world, ({ kind }) => kind !== 'audit'),
  },
  {
    name: 'old-audit-log-alone',
    accident: 'The audit log is all that there is, and is from before it had token ids.',
    does: 'Accesses have at most a session.',
    apply: (world) => {
      const alone = without(world, ({ kind }) => kind !== 'audit') ?? world
      return withFiles(alone, (file) =>
        mapRows(file, (data) => {
          if (data['AppAccessContext'] === undefined) return data
          const session = sessionOf(data)
          const old = withMember(data, 'AppAccessContext', undefined)
          return session === '' ? old : { ...old, SessionId: session }
        }),
      )
    },
  },
  {
    name: 'few-records',
    accident: 'Somebody handed over a sample: twenty audit records.',
    does: 'Next to nothing is known.',
    apply: (world) => {
      const alone = without(world, ({ kind }) => kind !== 'audit') ?? world
      return silently(withFiles(alone, (file) => ({ ...file, rows: file.rows.slice(-20) })))
    },
  },
  {
    name: 'sign-ins-grouped',
    accident: 'Non-interactive sign-ins were downloaded as the portal shows them: grouped by hour.',
    does: 'One row stands for several tokens and has no token id.',
    apply: (world) => grouped(world, () => true),
  },
  {
    name: 'sign-ins-of-one-app-grouped',
    accident: 'The sign-ins of one application come from a download that groups them.',
    does: 'The tokens of that application have no row of their own, and no token id.',
    apply: (world, random) => {
      const apps = nonInteractive(world).flatMap(({ rows }) =>
        rows.map(({ data }) => appOf('sign-in', data)),
      )
      if (apps.length === 0) return undefined
      const app = random.pick(apps)
      return grouped(world, (data) => appOf('sign-in', data) === app)
    },
  },
  {
    name: 'app-never-logged',
    accident: 'Tokens of one application, which many use, are in no sign-in log, ever.',
    does: 'No token of that application has an issuance.',
    apply: (world, random) => appUnlogged(world, random, () => true),
  },
  {
    name: 'app-unlogged-from-a-day-on',
    accident: 'An application was moved to another flow one day, whose tokens are in no log.',
    does: 'Tokens of that application have no issuance since.',
    apply: (world, random) => {
      const times = timesOf(world, SIGN_INS)
      const fromMs = times[Math.floor(times.length / 2)] ?? 0
      return appUnlogged(world, random, (data) => timeOf('sign-in', data) >= fromMs)
    },
  },
  {
    name: 'app-unlogged-for-a-pilot-group',
    accident: 'A pilot group uses an application by a new flow, whose tokens are in no log.',
    does: 'Tokens of that application have no issuance for these users.',
    apply: (world, random) => {
      const users = [...new Set(dataOf(world, SIGN_INS).map(({ data }) => userOf('sign-in', data)))]
      const pilot = new Set(random.sample(users, Math.ceil(users.length / 5)))
      return appUnlogged(world, random, (data) => pilot.has(userOf('sign-in', data)))
    },
  },
  {
    name: 'service-for-users-never-logged',
    accident: 'A service acts for its users from its own addresses, and its tokens are in no log.',
    does: 'No token of that service has an issuance.',
    apply: serviceUnlogged,
  },
]

function without(world: World, drop: (file: LogFile) => boolean): World | undefined {
  const files = world.files.filter((file) => !drop(file))
  return files.length === world.files.length || files.length === 0 ? undefined : { ...world, files }
}

function withoutCategory(world: World, category: Category): World | undefined {
  return without(world, (file) => file.category === category)
}

/** Adds a partner's sign-ins, and removes some files of this tenant. */
function withPartner(world: World, drop: (file: LogFile) => boolean): World | undefined {
  if (world.partner.length === 0) return undefined
  const signIns = world.partner.filter(({ kind }) => kind === 'sign-in')
  const left = without(world, drop)
  return left === undefined ? undefined : { ...left, files: [...left.files, ...signIns] }
}

function asAnswer(file: LogFile): LogFile {
  return { ...file, path: file.path.replace(/\.[a-z]+$/, '.json'), format: 'graph-json' }
}

function sessionOf(data: Json): string {
  const context = data['AppAccessContext']
  const session =
    typeof context === 'object' && context !== null && 'AADSessionId' in context
      ? context.AADSessionId
      : undefined
  return typeof session === 'string' ? session : ''
}

const nonInteractive = (world: World) =>
  world.files.filter(({ category }) => category === 'non-interactive')

/** One row an hour for each user, application and address, without the ids of tokens. */
function grouped(world: World, isGrouped: (data: Json) => boolean): World | undefined {
  if (nonInteractive(world).length === 0) return undefined
  return withFiles(world, (file) => {
    if (file.category !== 'non-interactive') return file
    const seen = new Set<string>()
    const rows: Row[] = []
    for (const row of file.rows) {
      const { data } = row
      if (!isGrouped(data)) {
        rows.push(row)
        continue
      }
      const hour = Math.floor(timeOf('sign-in', data) / HOUR)
      const key = [userOf('sign-in', data), appOf('sign-in', data), addressOf('sign-in', data)]
      const name = `${key.join(' ')} ${hour}`
      if (seen.has(name)) continue
      seen.add(name)
      rows.push({ data: withToken('sign-in', data, undefined), cut: 0 })
    }
    return { ...file, rows }
  })
}

/** Loses sign-ins of an application that at least three people use. */
function appUnlogged(
  world: World,
  random: Random,
  isLost: (data: Json) => boolean,
): World | undefined {
  const used = [...usersByApp(world)].filter(([, users]) => users.size >= 3)
  if (used.length < 2) return undefined
  const [app] = random.pick(used)
  return keeping(world, SIGN_INS, (data, { kind }) => appOf(kind, data) !== app || !isLost(data))
}

/** Loses sign-ins of an application whose tokens for all its users are made and used at the same few addresses. */
function serviceUnlogged(world: World, random: Random): World | undefined {
  const addresses = new Map<string, Set<string>>()
  for (const { kind, data } of dataOf(world, SIGN_INS)) {
    const app = appOf(kind, data)
    addresses.set(app, (addresses.get(app) ?? new Set()).add(addressOf(kind, data)))
  }
  const services = [...usersByApp(world)].filter(
    ([app, users]) => users.size >= 3 && (addresses.get(app)?.size ?? 0) <= 10 && !isShared(app),
  )
  if (services.length === 0) return undefined
  const [app] = random.pick(services)
  return keeping(world, SIGN_INS, (data, { kind }) => appOf(kind, data) !== app)
  function isShared(name: string): boolean {
    const own = addresses.get(name) ?? new Set()
    return [...addresses].some(
      ([other, all]) => other !== name && [...all].some((ip) => own.has(ip)),
    )
  }
}

function usersByApp(world: World): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>()
  for (const { kind, data } of dataOf(world, SIGN_INS)) {
    if (textOf(data, 'userId') === '') continue
    const app = appOf(kind, data)
    users.set(app, (users.get(app) ?? new Set()).add(userOf(kind, data)))
  }
  return users
}
