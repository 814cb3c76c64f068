/** The case as a STIX 2.1 bundle. Leads and unknowns are notes, which assert nothing. */
import * as cases from '@mintmark/case'
import { isoOf, type Json, plural, readAddress, safeJson } from '@mintmark/core'
import type { Report } from '../model/model.ts'
import type { Redactor } from '../model/redaction.ts'
import {
  AUTHOR,
  fileObject,
  Maker,
  MINTMARK,
  observable,
  type StixObject,
  techniqueOf,
  uuid5,
} from './objects.ts'

interface BundleInput {
  readonly answer: cases.Answer
  readonly report: Report
  readonly addresses: readonly cases.AccountAddress[]
  readonly sighted: readonly cases.Sighted[]
  readonly redactor: Redactor
}

/** STIX confidence, 0 to 100, by strength; `docs/report-exchange.md` gives the scale. */
const CONFIDENCE = { established: 85, lead: 30 } as const

export function* bundleText(input: BundleInput): Generator<string> {
  const objects = objectsOf(input)
  const ids = objects.map(({ id }) => id).join('\n')
  yield `{\n "type": "bundle",\n "id": "bundle--${uuid5(MINTMARK, `bundle\0${ids}`)}",\n "objects": [\n`
  for (const [i, object] of objects.entries()) yield `${i === 0 ? '' : ',\n'}${safeJson(object)}`
  yield '\n ]\n}\n'
}

function objectsOf(input: BundleInput): StixObject[] {
  const { answer, report } = input
  const at = lastOf(answer)
  const maker = new Maker(report.case, at)
  const victims = organisations(input, maker)
  const known = [
    AUTHOR,
    ...victims.values(),
    ...accounts(input, maker),
    ...techniques(input, maker, victims),
    ...keyFiles(input, maker),
  ]
  const all = unique([...known, ...unknownNotes(report, maker), ...leadNotes(input, maker)])
  const statements = report.sections.find(({ id }) => id === 'answer')?.statements ?? []
  const whole = maker.object('report', 'report', {
    name: report.title,
    description: statements[0]?.text ?? '',
    report_types: ['observed-data'],
    published: at,
    object_refs: idsOf(all),
  })
  return [...all, whole]
}

const idsOf = (objects: readonly StixObject[]): string[] => objects.map(({ id }) => id)

function lastOf({ evidence }: cases.Answer): string {
  const times = evidence.flatMap(({ last }) => (last === null ? [] : [Date.parse(last)]))
  return isoOf(times.reduce((most, time) => Math.max(most, time), 0))
}

const unique = (objects: readonly StixObject[]): StixObject[] => [
  ...new Map(objects.map((object) => [object.id, object])).values(),
]

function organisations({ answer, redactor }: BundleInput, maker: Maker): Map<string, StixObject> {
  const identity_class = 'organization'
  return new Map(
    answer.scope.organisation_list.map((one) => {
      const name = redactor.text(one.name)
      // Leads and marks make nobody a victim.
      const roles = one.mailboxes > one.marked ? { roles: ['victim'] } : {}
      const object = { name, identity_class, ...roles }
      return [name, maker.object('identity', `organisation\0${name}`, object)]
    }),
  )
}

function accounts(input: BundleInput, maker: Maker): StixObject[] {
  const byAccount = grouped(input.addresses, ({ account }) => account)
  return input.answer.scope.accounts.flatMap((one) => {
    const ips = (byAccount.get(one.mailbox) ?? []).map(({ ip }) => ip)
    const own = observables(input, one.mailbox, ips)
    const key = `account\0${input.redactor.text(one.mailbox)}`
    // Ambiguous accesses were observed, but not as the attacker's.
    return one.accesses === 0 ? own : [...own, observed(maker, key, one, own)]
  })
}

function grouped<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(nameOf(row))
    if (group === undefined) groups.set(nameOf(row), [row])
    else group.push(row)
  }
  return groups
}

function observables(
  { redactor }: BundleInput,
  account: string,
  ips: readonly string[],
): StixObject[] {
  const name = redactor.text(account)
  const user = observable('user-account', { user_id: name })
  // A pseudonym and an object id are no mail addresses.
  const mail = /^[^\s@<>]+@[^\s@<>]+$/.test(name)
    ? [observable('email-addr', { value: name }, { belongs_to_ref: user.id })]
    : []
  return [
    ...(account === '' ? [] : [user, ...mail]),
    ...ips.flatMap((ip) => address(redactor.text(ip))),
  ]
}

/** A pseudonym of an address is no address. */
function address(ip: string): StixObject[] {
  if (ip === '' || readAddress(ip).ip !== ip) return []
  return [observable(ip.includes(':') ? 'ipv6-addr' : 'ipv4-addr', { value: ip })]
}

const observed = (
  maker: Maker,
  key: string,
  { accesses, first, last }: Pick<cases.Sighted, 'accesses' | 'first' | 'last'>,
  objects: readonly StixObject[],
  more: Json = {},
): StixObject =>
  maker.object('observed-data', key, {
    first_observed: first,
    last_observed: last,
    number_observed: atMost(accesses),
    ...more,
    object_refs: [...new Set(idsOf(objects))],
  })

const atMost = (count: number) => Math.min(count, 999_999_999)

/** ATT&CK: what a verdict shows. A forged JWT has no technique below T1606. */
const BY_VERDICT: ReadonlyMap<string, readonly [technique: string, text: string]> = new Map([
  ['unissued', ['T1606', 'accesses with tokens that nobody issued']],
  ['mismatched', ['T1550.001', 'accesses with tokens that were issued to somebody else']],
])

function techniques(
  input: BundleInput,
  maker: Maker,
  victims: ReadonlyMap<string, StixObject>,
): StixObject[] {
  const { text: redacted } = input.redactor
  const confidence = CONFIDENCE.established
  return [...grouped(input.sighted, ({ by }) => by)].flatMap(([by, rows]) => {
    const [technique, text = `hits of the hunt ${by}`] = BY_VERDICT.get(by) ?? []
    const hunt = input.answer.hunts.find(({ id }) => id === by)
    const attack = technique === undefined ? (hunt?.attack ?? []) : [technique]
    if (attack.length === 0) return []
    const all = rows.map((row) => {
      const objects = observables(input, row.account, row.addresses)
      const key = `sighted\0${by}\0${redacted(row.account)}`
      return { objects, data: observed(maker, key, row, objects, { confidence }) }
    })
    // Of an access to no mailbox from no address there is nothing to observe.
    const seen = all.filter(({ objects }) => objects.length > 0)
    const sighting = (id: string, pattern: StixObject) =>
      maker.object('sighting', `${id}\0${by}`, {
        description: text,
        first_seen: rows.map(({ first }) => first).toSorted()[0],
        last_seen: rows
          .map(({ last }) => last)
          .toSorted()
          .at(-1),
        count: atMost(rows.reduce((sum, { accesses }) => sum + accesses, 0)),
        confidence,
        sighting_of_ref: pattern.id,
        ...optional('observed_data_refs', idsOf(seen.map(({ data }) => data))),
        ...optional('where_sighted_refs', idsOf(victimsOf(input, rows, victims))),
      })
    const found = attack.flatMap((id) => {
      const pattern = maker.object('attack-pattern', id, techniqueOf(id))
      return [pattern, sighting(id, pattern)]
    })
    return seen.flatMap(({ objects, data }) => objects.concat(data)).concat(found)
  })
}

const optional = (name: string, ids: readonly string[]): Json =>
  ids.length === 0 ? {} : { [name]: ids }

function victimsOf(
  { answer, redactor }: BundleInput,
  rows: readonly cases.Sighted[],
  victims: ReadonlyMap<string, StixObject>,
): StixObject[] {
  const sighted = new Set(rows.map(({ account }) => account))
  const names = answer.scope.accounts
    .filter(({ mailbox }) => sighted.has(mailbox))
    .map(({ organisation }) => redactor.text(organisation))
  return [...new Set(names)].flatMap((name) => victims.get(name) ?? [])
}

function leadNotes({ answer, redactor }: BundleInput, maker: Maker): StixObject[] {
  const { leads } = cases.conclusionText({ ...answer.conclusion, status: 'found' })
  const hunts = answer.hunts.filter(({ strength, hits }) => strength === 'lead' && hits > 0)
  const texts: readonly (readonly [key: string, content: string])[] = [
    ['leads', leads],
    ...hunts.map(
      ({ id, title, hits, means, cannotMean }) =>
        [
          `lead\0${id}`,
          `${title}: ${plural(hits, 'access', 'accesses')}. A hit means: ${means} It cannot mean: ${cannotMean}`,
        ] as const,
    ),
  ]
  return texts
    .filter(([, content]) => content !== '')
    .map(([key, content]) =>
      maker.object('note', key, {
        abstract: 'Lead: accuses nobody',
        content: redactor.text(content),
        confidence: CONFIDENCE.lead,
        object_refs: [AUTHOR.id],
      }),
    )
}

const unknownNotes = ({ sections }: Report, maker: Maker): StixObject[] =>
  (sections.find(({ id }) => id === 'unknowns')?.statements ?? []).map(
    ({ id, text, settledBy = '' }) =>
      maker.object('note', id, {
        abstract: 'What cannot be known',
        content: `${text} Settled by: ${settledBy}`,
        object_refs: [AUTHOR.id],
      }),
  )

const keyFiles = ({ answer, redactor }: BundleInput, maker: Maker): StixObject[] =>
  answer.keys.filter(cases.isLeak).flatMap(({ dumps, kind, bits, spkiSha256 }) =>
    dumps.flatMap(({ files, sha256 }) => {
      const file = fileObject(redactor.text(files[0] ?? ''), sha256)
      const content = `A private key, ${kind} of ${bits} bits, is in this file. SHA-256 of its public half: ${spkiSha256}.`
      const key = `key\0${spkiSha256}\0${sha256}`
      return [file, maker.object('note', key, { content, object_refs: [file.id] })]
    }),
  )
