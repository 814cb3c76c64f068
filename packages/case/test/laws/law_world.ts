/**
 * Small worlds for the laws: who signed in, who read mail with which token, and what a forger wrote into his.
 *
 * Names, ids, addresses and times come from a place alone: two places give the same world under other names.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { NO_ID } from '../../src/store/sql.ts'
import { access, hour, issuance, type Row } from '../world.ts'
import { ALL_LOGS, type Forgery, type Spec } from './law_spec.ts'

/** Where a world stands: nothing of this may change a verdict. */
export interface Place {
  readonly number: number
  readonly shiftHours: number
}

/** What an access was in truth. */
export interface Use {
  readonly what: string
  readonly isForged: boolean
}

/** The rows of a world; `uses[i]` is the truth of `access[i]`. */
export interface SmallWorld {
  readonly issuance: readonly Row[]
  readonly access: readonly Row[]
  readonly evidence: readonly Row[]
  readonly uses: readonly Use[]
}

const WEB = '9199bf20-a13f-4107-85dc-02114787ef48'
const OUTLOOK = 'd3590ed6-52b3-4102-aeff-aad2292ab01c'
const FIRST_PARTY = '66a88757-258c-4c72-893c-3e8bed4d6899'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const CLIENTS = new Map([
  [WEB, 'Client=OWA;Mozilla/5.0;'],
  [OUTLOOK, 'Client=MSExchangeRPC'],
])
const APPS = { 'service-principal': 'app-a', 'managed-identity': 'app-b' } as const
const HOUR_MS = 3_600_000
/** No token is valid so long after it was issued. */
const EXPIRED_HOURS = 29

/** A version 4 GUID that follows from a name. */
export function idOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

interface Token {
  readonly user: number
  readonly at: number
  readonly id: string
  readonly session: string
  readonly app: string
}

/** Makes the rows of a world. */
export function makeWorld(spec: Spec, place: Place): SmallWorld {
  return new Maker(spec, place).world()
}

class Maker {
  readonly #spec: Spec
  readonly #place: Place
  readonly #names: Names
  readonly #issuance: Row[] = []
  readonly #access: Row[] = []
  readonly #uses: Use[] = []
  readonly #tokens: Token[] = []

  constructor(spec: Spec, place: Place) {
    this.#spec = spec
    this.#place = place
    this.#names = new Names(place)
  }

  world(): SmallWorld {
    const { users, days } = this.#spec
    for (let day = 0; day < days; day++) {
      for (let user = 0; user < users; user++) this.#userDay(user, day)
      this.#appDay('service-principal', day)
      this.#appDay('managed-identity', day)
    }
    for (const [n, forged] of this.#spec.forged.entries()) this.#forge(forged, n)
    return {
      issuance: this.#issuance,
      access: this.#access,
      uses: this.#uses,
      evidence: Array.from({ length: FILES }, (_, file) => ({
        evidence_id: fileOf(this.#place, file),
        path: `${this.#names.tenant}/${file}.json`,
        sha256: idOf('file', this.#place.number, file),
      })),
    }
  }

  #userDay(user: number, day: number): void {
    const begun = day * 24 + 8 + this.#drawn(`morning ${user} ${day}`)
    this.#genuine('interactive', this.#token(user, begun, day, WEB))
    for (let turn = 0; turn < this.#spec.renewals; turn++) {
      const at = begun + 1 + turn * 3 + this.#drawn(`renewal ${user} ${day} ${turn}`)
      this.#genuine('non-interactive', this.#token(user, at, day, OUTLOOK))
    }
  }

  #token(user: number, at: number, day: number, app: string): Token {
    const { session } = this.#spec
    const token = {
      user,
      at,
      id: this.#names.id('token', this.#tokens.length),
      session:
        session === 'none' ? '' : this.#names.id('session', user, session === 'day' ? day : 0),
      app,
    }
    this.#tokens.push(token)
    return token
  }

  /** A sign-in, and an access with its token from the same address. */
  #genuine(category: string, token: Token): void {
    const { user, at, app, session } = token
    this.#signIn(category, at, {
      token_id: token.id,
      session_id: session,
      principal: this.#names.user(user),
      principal_id: this.#names.id('user', user),
      app_id: app,
      ip: this.#names.address(user),
    })
    const isBare = this.#spec.bare > 0 && this.#uses.length % this.#spec.bare === 0
    this.#use(at + 0.2 + this.#drawn(`use ${this.#uses.length}`), {
      what: `u${user} ${category}`,
      isForged: false,
      row: {
        ...this.#usedBy(user, app),
        token_id: isBare ? NO_ID : token.id,
        token_state: isBare ? 'absent' : 'present',
        session_id: session,
        ...(this.#spec.saysIssuedAt && { issued_at: this.#time(at) }),
        ip: this.#names.address(user),
      },
    })
  }

  #appDay(category: keyof typeof APPS, day: number): void {
    const app = this.#names.id(APPS[category])
    const at = day * 24 + 6 + this.#drawn(`${category} ${day}`)
    const id = this.#names.id(category, day)
    const own = { app_id: app, ip: this.#names.address(240) }
    this.#signIn(category, at, { ...own, token_id: id, principal: app, principal_id: app })
    this.#use(at + 0.3, {
      what: category,
      isForged: false,
      row: { ...own, ...this.#usedByApp(app, 0), token_id: id, token_state: 'present' },
    })
  }

  #signIn(category: string, at: number, row: Row): void {
    const { logs, lost } = this.#spec
    const n = this.#issuance.length
    const isLost = lost > 0 && Math.floor(this.#drawn(`lost ${at} ${n}`) * lost) === 0
    const file = ALL_LOGS.indexOf(category)
    if (isLost || !logs.includes(category)) return
    this.#issuance.push({
      ...issuance(at + this.#place.shiftHours, ''),
      record_id: row['token_id'] ?? NO_ID,
      evidence_id: fileOf(this.#place, file),
      line: n,
      category,
      tenant: this.#names.tenant,
      owner: this.#names.tenant,
      home_tenant: this.#names.tenant,
      ...row,
    })
  }

  #use(at: number, { row, ...use }: Use & { readonly row: Row }): void {
    const n = this.#uses.length
    this.#uses.push({ ...use, what: `${use.what} at hour ${at.toFixed(1)}` })
    this.#access.push({
      ...access(at + this.#place.shiftHours),
      record_id: this.#names.id('access', n),
      evidence_id: fileOf(this.#place, ACCESS_FILE),
      line: n,
      service: 'Exchange',
      operation: 'MailItemsAccessed',
      record_type: 50,
      access_type: 'Bind',
      throttled: 0,
      tenant: this.#names.tenant,
      token_tenant: this.#names.tenant,
      item_message_id: [`<${n}@${this.#names.domain}>`],
      item_id: [''],
      item_folder: ['Inbox'],
      item_bytes: [100],
      item_subject: [''],
      ...row,
    })
  }

  #usedBy(user: number, app: string): Row {
    const name = this.#names.user(user)
    return {
      principal: name,
      principal_id: this.#names.id('user', user),
      mailbox: name,
      app_id: app,
      client_app_id: app,
      client: CLIENTS.get(app) ?? `Client=REST;Client=${this.#names.domain};;`,
    }
  }

  #usedByApp(app: string, mailbox: number): Row {
    return {
      ...this.#usedBy(mailbox, app),
      principal: '',
      principal_id: '',
      actor_kind: 'app',
      session_id: '',
    }
  }

  #forge(forged: Forgery, n: number): void {
    const user = forged.user % this.#spec.users
    const day = forged.day % this.#spec.days
    const at = day * 24 + 10 + this.#drawn(`forged ${n}`) * 8
    const app = this.#clientOf(forged)
    const issued = issuedHours(forged, at)
    const id = this.#forgedId(forged, user, at, n)
    const tenant = this.#tenantOf(forged)
    const by = forged.kind === 'app' ? this.#usedByApp(app, user) : this.#usedBy(user, app)
    this.#use(at, {
      what: `FORGED ${JSON.stringify(forged)}`,
      isForged: true,
      row: {
        ...by,
        ...id,
        session_id: forged.kind === 'app' ? '' : this.#forgedSession(forged, user, day, n),
        ...(issued !== undefined && { issued_at: this.#time(issued) }),
        token_tenant: tenant,
        ip: this.#names.address(250),
      },
    })
  }

  #clientOf({ client }: Forgery): string {
    if (client === 'web') return WEB
    if (client === 'outlook') return OUTLOOK
    return client === 'first-party' ? FIRST_PARTY : this.#names.id('never seen')
  }

  #tenantOf({ tenant }: Forgery): string {
    if (tenant === 'ours') return this.#names.tenant
    if (tenant === 'elsewhere') return this.#names.id('elsewhere')
    return tenant === 'consumers' ? CONSUMERS : ''
  }

  /** Another's id where there is none to take is a new one. */
  #forgedId({ id }: Forgery, user: number, at: number, n: number): Row {
    const none = { junk: 'malformed', placeholder: 'anonymised', absent: 'absent' } as const
    if (id === 'junk' || id === 'placeholder' || id === 'absent')
      return { token_id: NO_ID, token_state: none[id] }
    const taken = this.#tokens.findLast((token) =>
      id === 'expired'
        ? token.user === user && token.at < at - EXPIRED_HOURS
        : id === 'of another user' && token.user !== user && token.at < at,
    )
    return { token_id: taken?.id ?? this.#names.id('forged', n), token_state: 'present' }
  }

  #forgedSession({ session }: Forgery, user: number, day: number, n: number): string {
    if (session === 'absent') return ''
    if (session === 'new') return this.#names.id('forged session', n)
    const whose = session === 'own' ? user : (user + 1) % this.#spec.users
    return this.#names.id('session', whose, this.#spec.session === 'day' ? day : 0)
  }

  /** Below one, the same in every place. */
  #drawn(what: string): number {
    const digest = createHash('sha256').update(`${this.#spec.seed} ${what}`).digest()
    return digest.readUInt32BE(0) / 2 ** 32
  }

  #time = (hours: number): string => hour(hours + this.#place.shiftHours)
}

function issuedHours({ issuedAt }: Forgery, at: number): number | undefined {
  const ages = { now: 0.5, 'hours ago': 20, 'a week ago': 168, 'months ago': 2000, later: -3 }
  return issuedAt === 'absent' ? undefined : at - ages[issuedAt]
}

/** Four of sign-ins, one of accesses. */
const FILES = 5
const ACCESS_FILE = 4
const fileOf = ({ number }: Place, file: number) => number * 8 + file + 1

/** Names of everything at a place; no two places share one. */
class Names {
  readonly #number: number
  readonly domain: string
  readonly tenant: string

  constructor({ number }: Place) {
    this.#number = number
    this.domain = `t${number}.example`
    this.tenant = this.id('tenant')
  }

  id(...parts: readonly (string | number)[]): string {
    return idOf(this.#number, ...parts)
  }

  /** In another order at each place. */
  user(n: number): string {
    return `${this.id('name', n).slice(0, 6)}@${this.domain}`
  }

  /** A network (/24) for each number. */
  address(n: number): string {
    return `${20 + (this.#number >> 8)}.${this.#number & 255}.${n}.7`
  }
}

export const msOf = (row: Row): number => Date.parse(`${String(row['at']).replace(' ', 'T')}Z`)
export const hourOf = (row: Row): number => Math.floor(msOf(row) / HOUR_MS)
