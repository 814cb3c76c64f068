/**
 * `bundle.stix.json`: the case as a STIX 2.1 bundle.
 *
 * Who was affected (identities, accounts), from where (addresses), by which techniques (attack patterns, sighted where
 * that is established), the files that contain keys, and the leads and unknowns (notes, which assert nothing). Messages
 * are not in it: an Email Message must say whether it is multipart, which no log records; `messages.csv` has them.
 *
 * @module
 */
import type { AccountAddress, Answer, Sighted } from '@mintmark/case'
import { conclusionText, isLeak } from '@mintmark/case'
import { isoOf, type Json, plural, readAddress, safeJson } from '@mintmark/core'
import type { Report, Statement } from '../model/model.ts'
import type { Redactor } from '../model/redaction.ts'
import { fileObject, Maker, observable, type StixObject } from './objects.ts'
import { techniqueOf } from './techniques.ts'
import { MINTMARK, uuid5 } from './uuid5.ts'

interface BundleInput {
  readonly answer: Answer
  /** The same case as a report, with pseudonyms where those are asked for. */
  readonly report: Report
  readonly addresses: readonly AccountAddress[]
  /** What is established, by account. */
  readonly sighted: readonly Sighted[]
  readonly redactor: Redactor
}

/** STIX confidence, 0 to 100, by strength; `docs/report-exchange.md` gives the scale. */
const CONFIDENCE = { established: 85, lead: 30 } as const

/** The bundle's text, object by object. */
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
  const seen = accounts(input, maker)
  const patterns = techniques(input, maker, victims)
  const files = keyFiles(input, maker)
  const known = [maker.author, ...victims.values(), ...seen, ...patterns, ...files]
  const about = known.map(({ id }) => id)
  const notes = [
    ...unknownsOf(report).map((one) => note(maker, one, about)),
    ...leadNotes(input, maker),
  ]
  const all = unique([...known, ...notes])
  return [...all, reportObject(maker, report, at, all)]
}

/** The time of the last record of the evidence: the report has no clock. */
function lastOf({ evidence }: Answer): string {
  const times = evidence.flatMap(({ last }) => (last === null ? [] : [Date.parse(last)]))
  return isoOf(times.reduce((most, time) => Math.max(most, time), 0))
}

const unique = (objects: readonly StixObject[]): StixObject[] => [
  ...new Map(objects.map((object) => [object.id, object])).values(),
]

function organisations({ answer, redactor }: BundleInput, maker: Maker): Map<string, StixObject> {
  const names = answer.scope.organisation_list.map(({ name }) => redactor.text(name))
  return new Map(
    names.map((name) => [
      name,
      maker.object('identity', `organisation\0${name}`, {
        name,
        identity_class: 'organization',
        roles: ['victim'],
      }),
    ]),
  )
}

function accounts({ answer, addresses, redactor }: BundleInput, maker: Maker): StixObject[] {
  const objects: StixObject[] = []
  const byAccount = grouped(addresses, ({ account }) => account)
  for (const one of answer.scope.accounts) {
    const name = redactor.text(one.mailbox)
    const account = observable('user-account', { user_id: name })
    const own = [
      account,
      ...mailAddress(name, account),
      ...(byAccount.get(one.mailbox) ?? []).flatMap(({ ip }) => address(redactor.text(ip))),
    ]
    objects.push(...own)
    // Ambiguous accesses were observed, but not as the attacker's.
    if (one.accesses === 0) continue
    objects.push(
      maker.object('observed-data', `account\0${name}`, {
        first_observed: one.first,
        last_observed: one.last,
        number_observed: atMost(one.accesses),
        object_refs: [...new Set(own.map(({ id }) => id))],
      }),
    )
  }
  return objects
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

/** A pseudonym and an object id are no mail addresses. */
function mailAddress(name: string, account: StixObject): StixObject[] {
  if (!/^[^\s@<>]+@[^\s@<>]+$/.test(name)) return []
  return [observable('email-addr', { value: name }, { belongs_to_ref: account.id })]
}

/** A pseudonym of an address is no address. */
function address(ip: string): StixObject[] {
  if (ip === '' || readAddress(ip).ip !== ip) return []
  return [observable(ip.includes(':') ? 'ipv6-addr' : 'ipv4-addr', { value: ip })]
}

/** ATT&CK: what a verdict shows. A forged JWT has no technique below T1606. */
const BY_VERDICT: ReadonlyMap<string, string> = new Map([
  ['unissued', 'T1606'],
  ['mismatched', 'T1550.001'],
])
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['unissued', 'accesses with tokens that nobody issued'],
  ['mismatched', 'accesses with tokens that were issued to somebody else'],
])

/** One sighting a technique and source: of its own observations, at its own victims. */
function techniques(
  input: BundleInput,
  maker: Maker,
  victims: ReadonlyMap<string, StixObject>,
): StixObject[] {
  const sources = grouped(input.sighted, ({ by }) => by)
  return [...sources].flatMap(([by, rows]) => {
    // Of an access to no mailbox from no address there is nothing to observe.
    const observed = rows
      .map((row) => observedOf(input, maker, row))
      .filter(({ objects }) => objects.length > 0)
    const where = victimsOf(input, rows, victims)
    const first = rows.map((row) => row.first).toSorted()[0]
    const last = rows
      .map((row) => row.last)
      .toSorted()
      .at(-1)
    const seen = observed.flatMap(({ objects, data }) => objects.concat(data))
    const refs = observed.map(({ data }) => data.id)
    const found = techniquesOf(input, by).flatMap((technique) => {
      const pattern = maker.object('attack-pattern', technique, techniqueOf(technique))
      const sighting = maker.object('sighting', `${technique}\0${by}`, {
        description: TEXTS.get(by) ?? `hits of the hunt ${by}`,
        first_seen: first,
        last_seen: last,
        count: atMost(rows.reduce((sum, { accesses }) => sum + accesses, 0)),
        confidence: CONFIDENCE.established,
        sighting_of_ref: pattern.id,
        ...optional('observed_data_refs', refs),
        ...optional(
          'where_sighted_refs',
          where.map(({ id }) => id),
        ),
      })
      return [pattern, sighting]
    })
    return found.length === 0 ? [] : seen.concat(found)
  })
}

/** STIX allows no empty list. */
const optional = (name: string, ids: readonly string[]): Json =>
  ids.length === 0 ? {} : { [name]: ids }

function techniquesOf({ answer }: BundleInput, by: string): readonly string[] {
  const own = BY_VERDICT.get(by)
  if (own !== undefined) return [own]
  return answer.hunts.find(({ id }) => id === by)?.attack ?? []
}

function observedOf(
  { redactor }: BundleInput,
  maker: Maker,
  { by, account: name, accesses, first, last, addresses }: Sighted,
): { readonly objects: StixObject[]; readonly data: StixObject } {
  const shown = redactor.text(name)
  const account = observable('user-account', { user_id: shown })
  const objects = [
    ...(name === '' ? [] : [account, ...mailAddress(shown, account)]),
    ...addresses.flatMap((ip) => address(redactor.text(ip))),
  ]
  const data = maker.object('observed-data', `sighted\0${by}\0${shown}`, {
    first_observed: first,
    last_observed: last,
    number_observed: atMost(accesses),
    confidence: CONFIDENCE.established,
    object_refs: [...new Set(objects.map(({ id }) => id))],
  })
  return { objects, data }
}

function victimsOf(
  { answer, redactor }: BundleInput,
  rows: readonly Sighted[],
  victims: ReadonlyMap<string, StixObject>,
): StixObject[] {
  const sightedAccounts = new Set(rows.map(({ account }) => account))
  const names = answer.scope.accounts
    .filter(({ mailbox }) => sightedAccounts.has(mailbox))
    .map(({ organisation }) => redactor.text(organisation))
  return [...new Set(names)].flatMap((name) => victims.get(name) ?? [])
}

/** Leads: each a note, which asserts nothing and relates to nobody. */
function leadNotes({ answer, redactor }: BundleInput, maker: Maker): StixObject[] {
  const { leads } = conclusionText({ ...answer.conclusion, status: 'found' })
  const texts = [
    ...(leads === '' ? [] : [['leads', leads] as const]),
    ...answer.hunts
      .filter(({ strength, hits }) => strength === 'lead' && hits > 0)
      .map(({ id, title, hits, means, cannotMean }) => [
        `lead\0${id}`,
        `${title}: ${plural(hits, 'access', 'accesses')}. A hit means: ${means} It cannot mean: ${cannotMean}`,
      ]),
  ]
  return texts.map(([key, content]) =>
    maker.object('note', key, {
      abstract: 'Lead: accuses nobody',
      content: redactor.text(content),
      confidence: CONFIDENCE.lead,
      object_refs: [maker.author.id],
    }),
  )
}

const atMost = (count: number) => Math.min(count, 999_999_999)

const keyFiles = ({ answer, redactor }: BundleInput, maker: Maker): StixObject[] =>
  answer.keys.filter(isLeak).flatMap((key) =>
    key.places.flatMap(({ files, sha256 }) => {
      const file = fileObject(redactor.text(files[0] ?? ''), sha256)
      return [
        file,
        maker.object('note', `key\0${key.spkiSha256}\0${sha256}`, {
          content: `A private key, ${key.kind} of ${key.bits} bits, is in this file. SHA-256 of its public half: ${key.spkiSha256}.`,
          object_refs: [file.id],
        }),
      ]
    }),
  )

const unknownsOf = ({ sections }: Report): readonly Statement[] =>
  sections.find(({ id }) => id === 'unknowns')?.statements ?? []

/** Of many objects a note names the author, which is always there: it is about the whole. */
const note = (
  maker: Maker,
  { id, text, settledBy = '' }: Statement,
  about: readonly string[],
): StixObject =>
  maker.object('note', id, {
    abstract: 'What cannot be known',
    content: `${text} Settled by: ${settledBy}`,
    object_refs: about.slice(0, 1),
  })

function reportObject(
  maker: Maker,
  { title, sections }: Report,
  at: string,
  all: readonly StixObject[],
): StixObject {
  const [found] = sections.find(({ id }) => id === 'answer')?.statements ?? []
  return maker.object('report', 'report', {
    name: title,
    description: found?.text ?? '',
    report_types: ['observed-data'],
    published: at,
    object_refs: all.map(({ id }) => id),
  })
}
