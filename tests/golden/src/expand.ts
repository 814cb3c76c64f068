/** From the tables of a page to every sign-in and every access of its world. */
import { addressOf, type Client, clientOf, type Person, personOf } from './clients.ts'
import { drawn, guidOf, spelledOf } from './made_ids.ts'
import { cell, daysOf, type Line, optional, peopleOf, timeOf, type World } from './notation.ts'

/** A token that the identity provider made. */
export interface SignIn {
  readonly id: string
  readonly person: Person
  readonly atMs: number
  readonly ip: string
  readonly client: Client
  /** `interactive`, `non-interactive`, `service-principal`, or `none`: a kind that no log shows. */
  readonly log: string
  readonly session: string
}

/** One record of mail being read. */
export interface Access {
  /** The row of the page that it comes from. */
  readonly name: string
  readonly id: string
  /** `owner`, `service` or `forger`. */
  readonly by: string
  readonly person: Person
  readonly mailbox: Person
  readonly atMs: number
  readonly ip: string
  readonly client: Client
  readonly isApp: boolean
  /** As the record spells it; undefined where it has none. */
  readonly token: string | undefined
  readonly session: string
  /** 0 where the record does not say. */
  readonly issuedAtMs: number
  readonly tokenTenant: string
  readonly messages: readonly string[]
}

export interface Expanded {
  readonly signIns: readonly SignIn[]
  readonly accesses: readonly Access[]
}

export function expand(world: World): Expanded {
  const made = new Map<string, SignIn>()
  for (const line of world.signIns)
    for (const { day, person } of turns(line))
      made.set(keyOf(cell(line, 'token'), day, person), signInOf(line, day, person))
  const accesses = world.accesses.flatMap((line) =>
    turns(line).flatMap(({ day, person }) =>
      Array.from({ length: Number(optional(line, 'times') ?? 1) }, (_, turn) =>
        accessOf(line, day, person, turn, made),
      ),
    ),
  )
  return { signIns: inOrder([...made.values()]), accesses: inOrder(accesses) }
}

/** Each day of a row for each of its people. */
function turns(line: Line): { readonly day: number; readonly person: Person }[] {
  const people = peopleOf(cell(line, 'who')).map(personOf)
  return daysOf(cell(line, 'days')).flatMap((day) => people.map((person) => ({ day, person })))
}

const keyOf = (token: string, day: number, { word }: Person) => `${token} ${day} ${word}`

const inOrder = <T extends { readonly atMs: number }>(rows: readonly T[]) =>
  rows.toSorted((a, b) => a.atMs - b.atMs)

function signInOf(line: Line, day: number, person: Person): SignIn {
  const name = keyOf(cell(line, 'token'), day, person)
  return {
    id: guidOf(`token ${name}`),
    person,
    atMs: momentOf(line, day, name),
    ip: addressOf(cell(line, 'from'), person),
    client: clientOf(cell(line, 'client')),
    log: cell(line, 'log'),
    session: sessionOf(cell(line, 'session'), day, person),
  }
}

/** `10:00~45` is somewhere in the 45 minutes from ten o'clock on, to the second. */
function momentOf(line: Line, day: number, name: string): number {
  const [clock = '', spread = '0'] = cell(line, 'at').split('~')
  const seconds = Number(spread) * 60
  return timeOf(day, clock) + (seconds === 0 ? 0 : drawn(`time ${name}`, seconds) * 1000)
}

/** `day`: one for each day. `stay`: one for all days. `none`: no session. */
function sessionOf(word: string, day: number, { word: who }: Person): string {
  if (word === 'none') return ''
  return guidOf(word === 'day' ? `session ${who} ${day}` : `session ${word} ${who}`)
}

function accessOf(
  line: Line,
  day: number,
  person: Person,
  turn: number,
  made: ReadonlyMap<string, SignIn>,
): Access {
  const name = cell(line, 'access')
  const id = guidOf(`access ${keyOf(name, day, person)} ${turn}`)
  const atMs = momentOf(line, day, id)
  return {
    name,
    id,
    by: cell(line, 'by'),
    person,
    mailbox: personOf(optional(line, 'mailbox') ?? person.word),
    atMs,
    ip: addressOf(cell(line, 'from'), person),
    client: clientOf(cell(line, 'client')),
    isApp: optional(line, 'mailbox') !== undefined,
    ...tokenOf(line, { day, person, atMs, id }, made),
    messages: Array.from(
      { length: Number(optional(line, 'mails') ?? 1) },
      (_, n) => `<${id}.${n}@mail.example>`,
    ),
  }
}

interface Use {
  readonly day: number
  readonly person: Person
  readonly atMs: number
  readonly id: string
}

type Token = Pick<Access, 'token' | 'session' | 'issuedAtMs' | 'tokenTenant'>

/**
 * What the record says of its token. `noon` is the sign-in of that name, that day; `noon@-3` that
 * of three days before. `unseen` is in no log, `unseen@-7` claims to be seven days old, and
 * `unseen@elsewhere` to be of that tenant. `junk`, `zero` and `no-id` are what they say.
 */
function tokenOf(line: Line, use: Use, made: ReadonlyMap<string, SignIn>): Token {
  const [word = '', where = ''] = cell(line, 'token').split('@')
  const shift = /^-\d+$/.test(where) ? Number(where) : 0
  const signIn = made.get(keyOf(word, use.day + shift, use.person))
  const session = optional(line, 'session')
  if (signIn !== undefined)
    return {
      token: spelledOf(signIn.id),
      session: session === undefined ? signIn.session : sessionOf(session, use.day, use.person),
      issuedAtMs: signIn.atMs,
      tokenTenant: 'ours',
    }
  return {
    token: claimed(word, use.id),
    session: sessionOf(session ?? `of ${use.id}`, use.day, use.person),
    issuedAtMs: word === 'no-id' ? 0 : use.atMs - 1_800_000 + shift * 86_400_000,
    tokenTenant: shift === 0 && where !== '' ? where : 'ours',
  }
}

function claimed(word: string, id: string): string | undefined {
  if (word === 'unseen') return spelledOf(guidOf(`unseen ${id}`))
  if (word === 'junk') return `zz!${id.slice(0, 5)}`
  if (word === 'zero') return spelledOf('00000000-0000-0000-0000-000000000000')
  if (word === 'no-id') return undefined
  throw new Error(`no sign-in of that day is called ${word}`)
}
