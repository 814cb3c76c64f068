/**
 * `bundle.stix.json`: the case as a STIX 2.1 bundle.
 *
 * Who was affected (identities, accounts), from where (addresses), by which techniques (attack patterns, sighted), in
 * which files keys lie, and what cannot be known (notes). Messages are not in it: an Email Message must say whether it
 * is multipart, which no log tells; `messages.csv` has them.
 *
 * @module
 */
import { type AccountAddress, type Answer, isLeak } from '@mintmark/case'
import { isoOf, readAddress, safeJson } from '@mintmark/core'
import type { Report, Statement } from '../model.ts'
import type { Redactor } from '../redaction.ts'
import { fileObject, Maker, observable, type StixObject } from './objects.ts'
import { MINTMARK, uuid5 } from './uuid5.ts'

export interface BundleInput {
  readonly answer: Answer
  /** The same case as a report, with pseudonyms where those are asked for. */
  readonly report: Report
  readonly addresses: readonly AccountAddress[]
  readonly redactor: Redactor
}

/** ATT&CK: Forge Web Credentials. A forged JWT has no technique below it. */
const FORGED = 'T1606'

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
  const patterns = techniques(input, maker, [...victims.values()], seen.observed)
  const files = keyFiles(input, maker)
  const known = [maker.author, ...victims.values(), ...seen.objects, ...patterns, ...files]
  const about = known.map(({ id }) => id)
  const notes = unknownsOf(report).map((one) => note(maker, one, about))
  const all = unique([...known, ...notes])
  return [...all, reportObject(maker, report, at, all)]
}

/** The time of the last record of the evidence: the report has no clock. */
function lastOf({ evidence }: Answer): string {
  const times = evidence.flatMap(({ last }) => (last === null ? [] : [Date.parse(last)]))
  return isoOf(times.reduce((most, time) => Math.max(most, time), 0))
}

function unique(objects: readonly StixObject[]): StixObject[] {
  return [...new Map(objects.map((object) => [object.id, object])).values()]
}

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

interface Seen {
  readonly objects: readonly StixObject[]
  /** Ids of the observed data. */
  readonly observed: readonly string[]
}

function accounts({ answer, addresses, redactor }: BundleInput, maker: Maker): Seen {
  const objects: StixObject[] = []
  const observed: string[] = []
  const places = grouped(addresses)
  for (const one of answer.scope.accounts) {
    const name = redactor.text(one.mailbox)
    const account = observable('user-account', { user_id: name })
    const own = [
      account,
      ...mailAddress(name, account),
      ...(places.get(one.mailbox) ?? []).flatMap(({ ip }) => address(redactor.text(ip))),
    ]
    objects.push(...own)
    // What either party could have done was observed, but not as theirs.
    if (one.accesses === 0) continue
    const data = maker.object('observed-data', `account\0${name}`, {
      first_observed: one.first,
      last_observed: one.last,
      number_observed: Math.min(one.accesses, 999_999_999),
      object_refs: [...new Set(own.map(({ id }) => id))],
    })
    objects.push(data)
    observed.push(data.id)
  }
  return { objects, observed }
}

function grouped(addresses: readonly AccountAddress[]): Map<string, AccountAddress[]> {
  const groups = new Map<string, AccountAddress[]>()
  for (const one of addresses) {
    const group = groups.get(one.account)
    if (group === undefined) groups.set(one.account, [one])
    else group.push(one)
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

interface Sighted {
  readonly technique: string
  readonly first: string
  readonly last: string
  readonly count: number
  readonly text: string
}

function techniques(
  { answer }: BundleInput,
  maker: Maker,
  victims: readonly StixObject[],
  observed: readonly string[],
): StixObject[] {
  return sighted(answer).flatMap(({ technique, first, last, count, text }) => {
    const pattern = maker.object('attack-pattern', technique, {
      name: technique,
      external_references: [{ source_name: 'mitre-attack', external_id: technique }],
    })
    const sighting = maker.object('sighting', `${technique}\0${text}`, {
      description: text,
      first_seen: first,
      last_seen: last,
      count: Math.min(count, 999_999_999),
      sighting_of_ref: pattern.id,
      ...(observed.length > 0 && { observed_data_refs: observed }),
      ...(victims.length > 0 && { where_sighted_refs: victims.map(({ id }) => id) }),
    })
    return [pattern, sighting]
  })
}

/** Tokens that nobody issued, and established hunts with hits. */
function sighted({ verdicts, timeline, hunts }: Answer): Sighted[] {
  const forged = timeline.classes.find(({ name }) => name === 'forged')
  const found: Sighted[] =
    forged === undefined || verdicts.unissued + verdicts.mismatched === 0
      ? []
      : [
          {
            technique: FORGED,
            first: forged.first,
            last: forged.last,
            count: forged.accesses,
            text: 'accesses with tokens that nobody issued to whom they were used for',
          },
        ]
  for (const { strength, hits, first, last, attack, id } of hunts) {
    if (strength !== 'established' || hits === 0 || first === null || last === null) continue
    for (const technique of attack)
      found.push({ technique, first, last, count: hits, text: `hits of the hunt ${id}` })
  }
  return found
}

function keyFiles({ answer, redactor }: BundleInput, maker: Maker): StixObject[] {
  return answer.keys.filter(isLeak).flatMap((key) =>
    key.places.flatMap(({ files, sha256 }) => {
      const file = fileObject(redactor.text(files[0] ?? ''), sha256)
      return [
        file,
        maker.object('note', `key\0${key.spkiSha256}\0${sha256}`, {
          content: `A private key, ${key.kind} of ${key.bits} bits, lies in this file. SHA-256 of its public half: ${key.spkiSha256}.`,
          object_refs: [file.id],
        }),
      ]
    }),
  )
}

const unknownsOf = ({ sections }: Report): readonly Statement[] =>
  sections.find(({ id }) => id === 'unknowns')?.statements ?? []

/** Of many objects a note names the author, which is always there: it is about the whole. */
function note(
  maker: Maker,
  { id, text, settledBy = '' }: Statement,
  about: readonly string[],
): StixObject {
  return maker.object('note', id, {
    abstract: 'What cannot be known',
    content: `${text} Settled by: ${settledBy}`,
    object_refs: about.slice(0, 1),
  })
}

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
