/** Logs of several organisations that one attacker read, each with words that nobody else's records have. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, answer, type Case, ingest, openCase } from '@mintmark/case'
import * as fc from 'fast-check'

/** How one organisation was read. */
export interface Shape {
  readonly accounts: number
  readonly forged: number
  /** Whether tokens of the next organisation's user were used on its mailboxes. */
  readonly isMixed: boolean
}

/** @param isShared whether the first two organisations have one tenant */
export interface Plan {
  readonly seed: number
  readonly shapes: readonly Shape[]
  readonly isShared: boolean
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(1_000_000),
  shapes: fc.array(
    fc.record({
      accounts: fc.integer({ min: 1, max: 3 }),
      forged: fc.integer({ min: 1, max: 9 }),
      isMixed: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  isShared: fc.boolean(),
})

/** A word that stands for nothing else: `q3f9a…`. */
const word = (seed: number, name: string) =>
  `q${createHash('sha256').update(`${seed} ${name}`).digest('hex').slice(0, 11)}`
const guid = (seed: number, name: string) => {
  const hex = createHash('sha256').update(`${seed} ${name}`).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

const START_MS = Date.UTC(2023, 4, 15)
const HOURS = 60
const at = (hour: number, minutes: number) =>
  new Date(START_MS + hour * 3_600_000 + minutes * 60_000).toISOString()
/** The attacker's own: in a notice of anybody. */
export const ATTACKER = {
  ip: '203.0.113.66',
  appId: 'f0f0f0f0-0000-4000-8000-00000000f0f0',
  client: 'forger/1.0',
}

interface Home {
  readonly name: string
  readonly domain: string
  readonly tenant: string
  readonly group: string
  readonly people: readonly {
    readonly principal: string
    readonly id: string
    readonly display: string
  }[]
  readonly ip: string
}

/** What identifies an organisation and its people, and what else only its records have. */
export interface Belongings {
  readonly name: string
  readonly account: string
  readonly identity: readonly string[]
  readonly values: readonly string[]
}

export interface World {
  readonly opened: Case
  readonly answered: Answer
  readonly homes: readonly Belongings[]
}

function homeOf({ seed, isShared }: Plan, { accounts }: Shape, k: number): Home {
  const of = (name: string) => word(seed, `${k} ${name}`)
  const tenantOwner = isShared && k < 2 ? 0 : k
  const domain = `${of('domain')}.example`
  return {
    name: `${of('org')} ${of('kind')}`,
    domain,
    tenant: guid(seed, `${tenantOwner} tenant`),
    group: `${of('group')} desk`,
    people: Array.from({ length: accounts }, (_, n) => ({
      principal: `${of(`first ${n}`)}.${of(`last ${n}`)}@${domain}`,
      id: guid(seed, `${k} person ${n}`),
      display: `${of(`first ${n}`)} ${of(`last ${n}`)}`,
    })),
    ip: `198.51.${100 + k}.${seed % 250}`,
  }
}

type Row = Readonly<Record<string, unknown>>

function genuine(seed: number, home: Home, k: number): Row[] {
  return home.people.flatMap(({ principal, id }, n) =>
    Array.from({ length: HOURS }, (_, hour): Row[] => {
      const both = {
        tokenId: guid(seed, `token ${k} ${n} ${hour}`),
        sessionId: guid(seed, `session ${k} ${n}`),
        principal,
        principalId: id,
        tenant: home.tenant,
        appId: guid(0, 'outlook'),
        ip: home.ip,
        client: `Outlook ${word(seed, `client ${k}`)}`,
      }
      const access = {
        ...both,
        schema: 'mintmark-access/1',
        id: guid(seed, `a ${k} ${n} ${hour}`),
        at: at(hour, 5),
      }
      return [
        {
          ...both,
          schema: 'mintmark-issuance/1',
          id: guid(seed, `i ${k} ${n} ${hour}`),
          at: at(hour, 1),
        },
        {
          ...access,
          operation: 'MailItemsAccessed',
          service: 'Exchange',
          outcome: 'succeeded',
          mailbox: principal,
          tokenTenant: home.tenant,
          items: [{ messageId: `<${word(seed, `own ${k} ${n} ${hour}`)}@${home.domain}>` }],
        },
      ]
    }).flat(),
  )
}

/** Forged accesses; what they read names people of the next organisation too. */
function stolen(
  seed: number,
  [home, other]: readonly [Home, Home],
  shape: Shape,
  { k, next }: { readonly k: number; readonly next: number },
): Row[] {
  return Array.from({ length: shape.forged }, (_, n): Row => {
    const person = home.people[n % home.people.length]
    const [stranger] = other.people
    const isMixed = shape.isMixed && n % 2 === 1
    return {
      schema: 'mintmark-access/1',
      id: guid(seed, `f ${k} ${n}`),
      at: at(34 + n, 30),
      operation: 'MailItemsAccessed',
      service: 'Exchange',
      outcome: 'succeeded',
      tokenId: isMixed ? guid(seed, `token ${next} 0 ${34 + n}`) : guid(seed, `forged ${k} ${n}`),
      sessionId: guid(seed, `stolen ${k}`),
      principal: isMixed ? stranger?.principal : person?.principal,
      principalId: isMixed ? stranger?.id : person?.id,
      mailbox: person?.principal,
      tenant: home.tenant,
      tokenTenant: isMixed ? other.tenant : home.tenant,
      ...ATTACKER,
      items: [
        {
          messageId: `<${word(seed, `read ${k} ${n}`)}@${home.domain}>`,
          subject: `re ${word(seed, `subject ${k} ${n}`)}`,
          folder: 'Inbox',
        },
        {
          messageId: `<${word(seed, `from ${k} ${n}`)}@mail.${other.domain}>`,
          subject: `from ${stranger?.display} (${other.name}), ${word(seed, `nobody ${k}`)}@${other.domain}`,
          folder: 'Inbox',
        },
      ],
    }
  })
}

/** Writes the logs, a folder for each organisation, and answers for them. The caller closes the case. */
export async function noticeWorld(folder: string, plan: Plan): Promise<World> {
  const homes = plan.shapes.map((shape, k) => homeOf(plan, shape, k))
  const belongings = homes.map((home, k): Belongings => {
    const next = (k + 1) % homes.length
    const other = homes[next] ?? home
    const shape = plan.shapes[k]
    const rows = [
      ...genuine(plan.seed, home, k),
      ...(shape === undefined ? [] : stolen(plan.seed, [home, other], shape, { k, next })),
    ]
    const dir = join(folder, 'logs', word(plan.seed, `${k} folder`))
    mkdirSync(dir, { recursive: true })
    writeFileSync(
      join(dir, `${word(plan.seed, `${k} file`)}.ndjson`),
      lines([periodOf(plan, k), ...rows]),
    )
    writeFileSync(join(dir, 'directory.csv'), directoryOf(home))
    return belongingsOf(plan, home, rows, k)
  })
  const opened = await openCase(join(folder, 'case'))
  await ingest(opened, [join(folder, 'logs')], { threads: 1 })
  return { opened, answered: await answer(opened), homes: belongings }
}

const lines = (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

const periodOf = ({ seed }: Plan, k: number): Row => ({
  schema: 'mintmark-issuance-period/1',
  issuer: `https://${word(seed, `issuer ${k}`)}.example`,
  from: at(0, 0),
  to: at(HOURS + 1, 0),
})

const directoryOf = ({ people, name, group }: Home) =>
  [
    'principal,id,displayName,organisation,group',
    ...people.map(({ principal, id, display }) => [principal, id, display, name, group].join(',')),
    '',
  ].join('\n')

function belongingsOf(
  { seed, isShared }: Plan,
  home: Home,
  rows: readonly Row[],
  k: number,
): Belongings {
  const texts = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value === 'string') texts.add(value)
    else if (Array.isArray(value)) for (const one of value) walk(one)
    else if (typeof value === 'object' && value !== null)
      for (const one of Object.values(value)) walk(one)
  }
  for (const { at: _, schema: _schema, ...row } of rows) walk(row)
  const tenant = isShared && k < 2 ? [] : [home.tenant]
  return {
    name: home.name,
    account: home.people[0]?.principal ?? '',
    identity: [
      home.name,
      home.domain,
      home.group,
      ...tenant,
      word(seed, `${k} folder`),
      word(seed, `${k} file`),
      ...home.people.flatMap(({ principal, id, display }) => [
        principal,
        id,
        display,
        principal.split('@')[0] ?? '',
      ]),
    ],
    values: [...texts],
  }
}
