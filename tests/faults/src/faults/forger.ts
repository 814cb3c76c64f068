/**
 * The adversary: somebody who holds the signing key, and so chooses all that a token says.
 * Each changes the records of the accesses that are forged already, in any world. The address is the server's to see: nobody
 * here chooses it. Whatever he writes, such an access must never be called issued, and must be a lead at least.
 */
import type { Fault } from '../world/fault.ts'
import {
  appOf,
  timeOf,
  tokenOf,
  userOf,
  withContext,
  withMember,
  withToken,
} from '../world/fields.ts'
import { groupsBy } from '../world/groups.ts'
import { genuineTokenId, guid, inventedTokenId } from '../world/ids.ts'
import { Random } from '../world/random.ts'
import { DAY, HOUR, MINUTE, seconds } from '../world/times.ts'
import { type Json, mapRows, objectOf, textOf, type World, withFiles } from '../world/world.ts'
import { dataOf, SIGN_INS } from './rows.ts'

/** What a forger can know of the victims' tenant, by the names of its users. */
interface Known {
  readonly random: Random
  /** Sign-ins of one user, or of everybody for `''`. */
  readonly signIns: (user: string) => readonly Json[]
  /** Genuine mailbox records of one user. */
  readonly records: (user: string) => readonly Json[]
}

type Change = (data: Json, known: Known) => Json

function forger(name: string, accident: string, change: Change): Fault {
  return {
    name: `forger-${name}`,
    accident,
    does: 'Nothing is lost: a forged token says what its maker likes.',
    apply: (world, random) => forging(world, random, change),
  }
}

function forging(world: World, random: Random, change: Change): World | undefined {
  const known = knownOf(world)
  const seeds = new Map<string, number>()
  const changed = withFiles(world, (file) => {
    if (file.kind !== 'audit') return file
    return mapRows(file, (data) => {
      if (!isForged(world, data)) return data
      // Records of one token say the same of it.
      const token = tokenOf('audit', data)
      const seed = seeds.get(token) ?? random.next()
      seeds.set(token, seed)
      return change(data, { ...known, random: new Random(seed) })
    })
  })
  return seeds.size === 0 ? undefined : changed
}

function knownOf(world: World): Omit<Known, 'random'> {
  const all = dataOf(world, SIGN_INS)
    .map(({ data }) => data)
    .filter((data) => textOf(data, 'userId') !== '')
  const signIns = groupsBy(all, (data) => userOf('sign-in', data).toLowerCase())
  const genuine = dataOf(world, ['audit'])
    .map(({ data }) => data)
    .filter((data) => data['MailboxGuid'] !== undefined && !isForged(world, data))
  const records = groupsBy(genuine, (data) => userOf('audit', data).toLowerCase())
  return {
    signIns: (user) => (user === '' ? all : (signIns.get(user.toLowerCase()) ?? [])),
    records: (user) => records.get(user.toLowerCase()) ?? [],
  }
}

function isForged(world: World, data: Json): boolean {
  return (world.truth.get(textOf(data, 'Id'))?.forged ?? '') !== ''
}

const withId =
  (id: string | undefined): Change =>
  (data) =>
    withToken('audit', data, id)
const randomId: Change = (data, { random }) => withToken('audit', data, genuineTokenId(random).uti)
const atOf = (data: Json) => timeOf('audit', data)

/** The id of a sign-in that `fits`; a made-up one where there is none. */
function idOf(data: Json, known: Known, user: string, fits: (signIn: Json) => boolean): Json {
  const rows = known
    .signIns(user)
    .filter((signIn) => tokenOf('sign-in', signIn) !== '' && fits(signIn))
  if (rows.length === 0) return randomId(data, known)
  return withToken('audit', data, tokenOf('sign-in', known.random.pick(rows)))
}

const idOfAnother: Change = (data, known) => {
  const user = userOf('audit', data).toLowerCase()
  return idOf(data, known, '', (signIn) => {
    const age = atOf(data) - timeOf('sign-in', signIn)
    return age > 0 && age < HOUR && userOf('sign-in', signIn).toLowerCase() !== user
  })
}

/** No token lives longer than 28 hours. */
const expiredId: Change = (data, known) =>
  idOf(
    data,
    known,
    userOf('audit', data),
    (signIn) => atOf(data) - timeOf('sign-in', signIn) > 30 * HOUR,
  )

/** The expired token as it was: with its own time of issue, session and application. */
const expiredToken: Change = (data, known) => {
  const rows = known
    .signIns(userOf('audit', data))
    .filter((signIn) => atOf(data) - timeOf('sign-in', signIn) > 30 * HOUR)
  if (rows.length === 0) return randomId(data, known)
  const old = known.random.pick(rows)
  const session = withSession(data, textOf(old, 'sessionId') || undefined)
  const issued = withContext(session, 'IssuedAtTime', seconds(timeOf('sign-in', old)))
  return withApp(withToken('audit', issued, tokenOf('sign-in', old)), appOf('sign-in', old))
}

const withSession = (data: Json, session: string | undefined): Json =>
  data['SessionId'] === undefined
    ? withContext(data, 'AADSessionId', session)
    : withMember(withContext(data, 'AADSessionId', session), 'SessionId', session)

const withApp = (data: Json, app: string): Json => ({
  ...withContext(data, 'ClientAppId', app),
  AppId: app,
  ClientAppId: app,
})

const sessionOfVictim: Change = (data, known) => {
  const own = known
    .signIns(userOf('audit', data))
    .filter(
      (signIn) => timeOf('sign-in', signIn) < atOf(data) && textOf(signIn, 'sessionId') !== '',
    )
  return own.length === 0 ? data : withSession(data, textOf(known.random.pick(own), 'sessionId'))
}

/** Application and client string of one of the victim's own programs. */
const programOfVictim: Change = (data, known) => {
  const own = known.records(userOf('audit', data)).filter((its) => appOf('audit', its) !== '')
  if (own.length === 0) return data
  const its = known.random.pick(own)
  return withClient(withApp(data, appOf('audit', its)), textOf(its, 'ClientInfoString'))
}

const withClient = (data: Json, client: string): Json => ({ ...data, ClientInfoString: client })
const withIssued = (data: Json, atMs: number | undefined): Json =>
  withContext(data, 'IssuedAtTime', atMs === undefined ? undefined : seconds(atMs))

const ofTenant =
  (tenant: (random: Random) => string): Change =>
  (data, { random }) => {
    const its = tenant(random)
    return { ...data, TokenTenantId: its, ExternalUserTenantId: its }
  }

const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
const SEARCH_SERVICE = '66a88757-258c-4c72-893c-3e8bed4d6899'
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'
const WEB_MAIL = '9199bf20-a13f-4107-85dc-02114787ef48'

/** All that is the victim's own, with an id that nobody issued. */
const asVictim: Change = (data, known) =>
  sessionOfVictim(
    programOfVictim(withIssued(randomId(data, known), atOf(data) - 20 * MINUTE), known),
    known,
  )

export const FORGER: readonly Fault[] = [
  forger('random-id', 'Ids are random.', (data, { random }) =>
    withToken('audit', data, inventedTokenId(random).uti),
  ),
  forger('well-formed-id', 'Ids look as the provider’s do.', randomId),
  forger('junk-id', 'The id is a word.', withId('not-a-token-id')),
  forger('placeholder-id', 'The id is the word that anonymised logs have.', withId('ANONYMIZED')),
  forger('zero-id', 'The id is all zero.', withId('AAAAAAAAAAAAAAAAAAAAAA')),
  forger('empty-id', 'The id is an empty text.', withId('')),
  forger('no-id', 'There is no id.', withId(undefined)),
  forger('id-of-another', 'The id is that of a token of somebody else.', idOfAnother),
  forger('expired-id-of-victim', 'The id is that of an expired token of the victim.', expiredId),
  forger('expired-token-of-victim', 'All is as in an expired token of the victim.', expiredToken),
  forger('one-id-for-all', 'All tokens have one id.', withId('Zs1kJwDpUUaX9mQ2vRfEAA')),
  forger('issued-last-week', 'Tokens say that they were issued a week ago.', (data) =>
    withIssued(data, atOf(data) - 7 * DAY),
  ),
  forger('issued-before-the-logs', 'Tokens say that they were issued 100 days ago.', (data) =>
    withIssued(data, atOf(data) - 100 * DAY),
  ),
  forger('issued-tomorrow', 'Tokens say that they will be issued tomorrow.', (data) =>
    withIssued(data, atOf(data) + DAY),
  ),
  forger('no-issue-time', 'Tokens do not say when they were issued.', (data) =>
    withIssued(data, undefined),
  ),
  forger('session-of-victim', 'The session is one of the victim’s.', sessionOfVictim),
  forger('no-session', 'There is no session.', (data) => withSession(data, undefined)),
  forger(
    'no-id-but-session',
    'There is no id, and the session is one of the victim’s.',
    (data, known) => sessionOfVictim(withToken('audit', data, undefined), known),
  ),
  forger('no-id-no-session', 'There is neither an id nor a session.', (data) =>
    withSession(withToken('audit', data, undefined), undefined),
  ),
  forger('no-context', 'Records have no context of a token at all.', (data) =>
    withMember(withMember(data, 'AppAccessContext', undefined), 'SessionId', undefined),
  ),
  forger('program-of-victim', 'Application and client are the victim’s own.', programOfVictim),
  forger('as-victim', 'All but the id is the victim’s own.', asVictim),
  forger('new-app', 'The application is one that nobody knows.', (data, { random }) =>
    withApp(data, guid(random)),
  ),
  forger('first-party-app', 'The application is the mail service itself.', (data) =>
    withApp(data, EXCHANGE),
  ),
  forger('unlogged-app', 'The application is a service that the logs never show.', (data) =>
    withApp(data, SEARCH_SERVICE),
  ),
  forger('web-mail', 'The client says that it is web mail.', (data) =>
    withClient(withApp(data, WEB_MAIL), 'Client=OWA;Action=ViaProxy'),
  ),
  forger('desktop', 'The client says that it is a desktop program.', (data) =>
    withClient(data, 'Client=MSExchangeRPC'),
  ),
  forger('other-tenant', 'The token is of another tenant.', ofTenant(guid)),
  forger(
    'personal-tenant',
    'The token is of a personal account.',
    ofTenant(() => PERSONAL),
  ),
  forger('as-application', 'The user is an application.', (data) => ({ ...data, UserType: 5 })),
  forger('no-app', 'There is no application.', (data) =>
    withMember(
      withMember(withContext(data, 'ClientAppId', undefined), 'AppId', undefined),
      'ClientAppId',
      undefined,
    ),
  ),
  forger(
    'bare',
    'There is nothing but the user: no id, session, application or issue time.',
    (data) => {
      const bare = {
        ...data,
        AppAccessContext: { APIId: objectOf(data, 'AppAccessContext')['APIId'] },
      }
      return ['AppId', 'ClientAppId', 'SessionId', 'TokenObjectId', 'TokenTenantId'].reduce<Json>(
        (left, name) => withMember(left, name, undefined),
        bare,
      )
    },
  ),
]
