/** A case whose text fields name a person, an organisation and addresses in every spelling that programs have. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, addNote, answer, type Case, ingest, openCase } from '@mintmark/case'

/** Somebody else than the recipient of a notice, and where the attacker came from; each has words of its own. */
export interface Target {
  readonly principal: string
  readonly display: string
  readonly id: string
  readonly domain: string
  readonly organisation: string
  readonly v4: string
  readonly v6: string
}

export function targetOf(seed: number): Target {
  const hex = createHash('sha256').update(`${seed}`).digest('hex')
  const word = (nth: number) => `q${hex.slice(nth * 8, nth * 8 + 8)}`
  const guid = createHash('md5').update(`${seed}`).digest('hex')
  return {
    principal: `${word(0)}.${word(1)}@${word(2)}.example`,
    display: `${word(3)} ${word(4)}`,
    id: guid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    domain: `${word(2)}.example`,
    organisation: `${word(5)} ${word(6)}`,
    v4: `203.0.113.${(seed % 200) + 20}`,
    v6: `2001:db8:c${hex.slice(0, 3)}:d${hex.slice(3, 6)}::9e`,
  }
}

const percent = (text: string, which: RegExp) =>
  text.replace(which, (one) => encodeURIComponent(one).replace(/^[^%]$/, hexOf))
const hexOf = (one: string) => `%${(one.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`
const MARKS = /[^a-z0-9]/gi

type Spell = (text: string) => string

const ENCODINGS: Readonly<Record<string, Spell>> = {
  plain: (text) => text,
  upper: (text) => text.toUpperCase(),
  quoted: (text) => `%27${text}%27`,
  'percent once': (text) => `%22${percent(text, MARKS)}%22`,
  'percent twice': (text) => percent(percent(`'${text}'`, MARKS), /%/g),
  'percent throughout': (text) => text.replace(/./g, hexOf),
  'HTML decimal': (text) => text.replace(MARKS, (one) => `&#${one.charCodeAt(0)};`),
  'HTML hex': (text) =>
    `&lt;${text.replace(MARKS, (one) => `&#x${one.charCodeAt(0).toString(16)};`)}&gt;`,
  'HTML named': (text) =>
    text
      .replaceAll('.', '&period;')
      .replaceAll('@', '&commat;')
      .replaceAll(':', '&colon;')
      .replaceAll(' ', '&nbsp;'),
  'HTML twice': (text) => text.replace(MARKS, (one) => `&amp;#${one.charCodeAt(0)};`),
  JSON: (text) => text.replace(MARKS, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
  defanged: (text) => text.replaceAll('.', '[.]').replaceAll('@', '[@]').replaceAll(':', '[:]'),
  'defanged in words': (text) => text.replaceAll('.', '(dot)').replaceAll('@', '(at)'),
}

const URLS: Readonly<Record<string, Spell>> = {
  'in a URL': (text) => `https://${text}:8080/x`,
  'in a defanged URL': (text) => `hxxps[:]//${text.replaceAll('.', '[.]')}/x`,
  'in an encoded URL': (text) => encodeURIComponent(`https://x/?u=${text}&v=1`),
  'with a port': (text) => `${text}:443`,
}

const GUIDS: Readonly<Record<string, Spell>> = {
  'no hyphens': (text) => text.replaceAll('-', ''),
  braces: (text) => `{${text}}`,
  'encoded braces': (text) => `%7B${text.toUpperCase()}%7D`,
  'braces without hyphens': (text) => `{${text.replaceAll('-', '')}}`,
}

const joined: Readonly<Record<string, Spell>> = {
  'joined by _': (text) => text.replace(MARKS, '_'),
}

const V4S: Readonly<Record<string, Spell>> = {
  mapped: (ip) => `::ffff:${ip}`,
  'mapped, in brackets': (ip) => `[::ffff:${ip}]:443`,
  'mapped, in hex': (ip) => {
    const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)
    return `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  },
  'in a host name': (ip) => `ip-${ip.replaceAll('.', '-')}.example`,
  network: (ip) => `${ip}/32`,
  'leading zeros': (ip) =>
    ip
      .split('.')
      .map((one) => one.padStart(3, '0'))
      .join('.'),
}

const full = (ip: string) => {
  const [before = '', after = ''] = ip.split('::').map((part) => part)
  const head = before.split(':')
  const tail = after.split(':')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0000')
  return [...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(':')
}

const V6S: Readonly<Record<string, Spell>> = {
  brackets: (ip) => `http://[${ip}]:443/`,
  zone: (ip) => `${ip}%eth0`,
  'encoded zone': (ip) => `[${ip}%25eth0]`,
  full,
  'full, in upper case': (ip) => full(ip).toUpperCase(),
  'full, with a port': (ip) => `${full(ip)}:443`,
  'in a file name': (ip) => `cap_${ip.replaceAll(':', '-')}.pcap`,
  'in a file name, joined by _': (ip) => ip.replaceAll(':', '_'),
}

/** What is next to a value without a space. */
export const GLUES: readonly (readonly [string, string])[] = [
  ['', ''],
  ['_', '_x'],
  ['from:', ','],
  ['IP:', ';'],
  ['/', '/'],
  ['u=', '&v=1'],
  ['(', ')'],
  ['"', '"'],
  ['cap_', '.pcap'],
  ['-', '-'],
]

const all = (text: string, ...sets: readonly Readonly<Record<string, Spell>>[]) =>
  sets.flatMap((set) => Object.values(set).map((spell) => spell(text)))

/** Every spelling of each value, by what it is. */
export function spellings(target: Target): Readonly<Record<'person' | 'place', readonly string[]>> {
  const { principal, display, id, v4, v6 } = target
  const [first = '', last = ''] = display.split(' ')
  return {
    person: [
      ...all(principal, ENCODINGS, URLS, joined),
      ...all(display, ENCODINGS, joined),
      `${last}, ${first}`,
      `${first}  ${last}`,
      `${first}+${last}`,
      ...all(id, ENCODINGS, URLS, GUIDS, joined),
    ],
    place: [...all(v4, ENCODINGS, URLS, V4S, joined), ...all(v6, ENCODINGS, V6S)],
  }
}

/** Spellings of the organisation, which stays in a report and goes from a notice for somebody else. */
export const homeSpellings = ({ domain, organisation }: Target): string[] => [
  ...all(domain, ENCODINGS, URLS, joined),
  ...all(organisation, ENCODINGS, joined),
]

const START_MS = Date.UTC(2024, 4, 1)
const at = (hour: number, minute: number) =>
  new Date(START_MS + (hour * 60 + minute) * 60_000).toISOString()
const uid = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

/** The recipient of the notice. */
export const RECIPIENT = { principal: 'mona.ray@harbour.example', organisation: 'Harbour Law' }
/** What stays in every file that has a planted text. */
export const KEPT = 'at 10:00:01, Chrome/106.0.0.0'
const HOURS = 30

/** @param plants texts that each field of a forged access to the recipient's mailbox has */
export async function spelledWorld(
  folder: string,
  target: Target,
  plants: readonly string[],
): Promise<{ readonly opened: Case; readonly answered: Answer }> {
  const people = [
    { principal: RECIPIENT.principal, principalId: uid(8, 1), tenant: 'harbour' },
    { principal: target.principal, principalId: target.id, tenant: 'otherhome' },
  ]
  const issued = people.flatMap((person, who) =>
    Array.from({ length: HOURS }, (_, hour) => {
      const both = {
        ...person,
        tokenId: uid(2, hour * 2 + who),
        sessionId: uid(7, who),
        appId: 'mail',
        ip: '192.0.2.7',
      }
      return [
        { ...both, schema: 'mintmark-issuance/1', id: uid(1, hour * 2 + who), at: at(hour, 1) },
        {
          ...both,
          ...accessOf(person.principal),
          id: uid(3, hour * 2 + who),
          at: at(hour, 5),
          client: 'Web',
        },
      ]
    }).flat(),
  )
  const forged = Array.from(['', ...plants], (plant, n) => ({
    ...people[n === 0 ? 1 : 0],
    ...accessOf(n === 0 ? target.principal : RECIPIENT.principal),
    id: uid(4, n),
    at: at(20, n % 50),
    tokenId: uid(5, n),
    sessionId: uid(6, n),
    appId: 'mail',
    ip: n % 2 === 0 ? target.v4 : target.v6,
    ...planted(plant, n),
  }))
  const periods = ['harbour', 'otherhome'].map((tenant) => ({
    schema: 'mintmark-issuance-period/1',
    issuer: `https://${tenant}`,
    from: at(0, 0),
    to: at(HOURS, 59),
  }))
  const logs = join(folder, 'logs', `by_${target.principal}_${target.v4}`)
  mkdirSync(logs, { recursive: true })
  const rows = [...periods, ...issued, ...forged].map((row) => `${JSON.stringify(row)}\n`).join('')
  writeFileSync(join(logs, `cap_${target.v4}_%27${target.id.replaceAll('-', '')}.ndjson`), rows)
  writeFileSync(join(logs, 'directory.csv'), directoryOf(target))
  const opened = await openCase(join(folder, 'case'))
  await ingest(opened, [join(folder, 'logs')], { threads: 1 })
  const text = plants.slice(0, 20).join(' ')
  await addNote(opened.session, { kind: 'mailbox', value: RECIPIENT.principal, text, who: 'ops' })
  return { opened, answered: await answer(opened) }
}

const accessOf = (mailbox: string) => ({
  schema: 'mintmark-access/1',
  operation: 'MailItemsAccessed',
  service: 'Exchange',
  outcome: 'succeeded',
  mailbox,
})

const planted = (plant: string, n: number) =>
  plant === ''
    ? {}
    : {
        client: `${plant} ${KEPT}`,
        deviceId: plant,
        objectPath: `https://graph.example/me?$filter=${plant}`,
        objectName: plant,
        issuer: plant,
        externalTenant: plant,
        detail: { QueryText: plant },
        items: [
          {
            messageId: `<m${n}@harbour.example>`,
            itemId: plant,
            subject: `${plant} ${KEPT}`,
            folder: plant,
          },
          { messageId: `<${plant}>`, subject: 'x' },
        ],
      }

const directoryOf = ({ principal, id, display, organisation }: Target) =>
  [
    'principal,id,displayName,organisation',
    `${RECIPIENT.principal},${uid(8, 1)},Mona Ray,${RECIPIENT.organisation}`,
    `${principal},${id},${display},${organisation}`,
    '',
  ].join('\n')
