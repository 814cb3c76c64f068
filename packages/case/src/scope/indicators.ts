/**
 * An analyst's list of what the attacker used: one value a line, CSV, or JSON, with or without the kind of each value.
 * Without a kind it is read off the value; a bare GUID is looked for as session, token and application. What cannot be
 * read is rejected with its line.
 */
import { isObject, type Json, readAddress, readGuid, readJti, readTokenId } from '@mintmark/core'
import { readNetwork } from '../store/network.ts'

export type IndicatorKind =
  | 'ip'
  | 'network'
  | 'session'
  | 'token'
  | 'app'
  | 'principal'
  | 'mailbox'
  | 'client'
  | 'operation'

export interface Indicator {
  readonly kind: IndicatorKind
  /** As the case holds it: canonical address, GUID text, lower-case name. Networks: the first address. */
  readonly value: string
  readonly last: string
}

interface IndicatorReject {
  /** 1-based line of the file; in JSON the 1-based position of the value. */
  readonly line: number
  readonly reason: 'unrecognised' | 'unknown-kind' | 'not-of-its-kind' | 'too-long' | 'too-many'
}

interface IndicatorList {
  readonly indicators: readonly Indicator[]
  readonly rejects: readonly IndicatorReject[]
}

/** Longer texts are no indicator; the longest user agents seen in logs have about 1,000 characters. */
const MAX_VALUE = 4096
const MAX_INDICATORS = 200_000

/** Names of kinds in lists of other tools (MISP, STIX, Sentinel, Entra), letters only. */
const NAMES_OF: Readonly<Record<IndicatorKind, string>> = {
  ip: 'ip ips address addresses ipaddress ipv ipvaddr ipsrc ipdst',
  network: 'network networks cidr cidrs range ranges iprange',
  session: 'session sessions sessionid sessionids sid aadsessionid',
  token: 'token tokens tokenid tokenids uti jti uniquetokenid',
  app: 'app apps appid appids clientappid clientid application',
  principal: 'principal principals user users upn useraccount account email',
  mailbox: 'mailbox mailboxes',
  client: 'client clients useragent useragents ua clientinfostring',
  operation: 'operation operations',
}
const KIND_NAMES: ReadonlyMap<string, IndicatorKind> = new Map(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
  (Object.entries(NAMES_OF) as [IndicatorKind, string][]).flatMap(([kind, names]) =>
    names.split(' ').map((name) => [name, kind] as const),
  ),
)

type Entry = readonly [line: number, kindName: string | undefined, value: string]

/**
 * Reads a list of indicators; never throws. Lines: `value`, `kind,value`, `kind: value` or `kind=value`; `#` and `//`
 * start a comment; a CSV header may name the columns (`type`/`kind` and `value`/`indicator`, or a kind each:
 * `ip,session_id,note`). JSON: an array of texts or of `{type, value}` objects, or an object of arrays by kind. `[.]`
 * and `hxxp` are undone.
 */
export function readIndicators(source: string): IndicatorList {
  const text = source.codePointAt(0) === 0xfeff ? source.slice(1) : source
  const json = /^\s*[[{]/u.test(text) ? parseJson(text) : undefined
  const indicators = new Map<string, Indicator>()
  const rejects: IndicatorReject[] = []
  for (const [line, kindName, value] of json === undefined ? linesOf(text) : valuesOf(json)) {
    const isFull = value.length <= MAX_VALUE && indicators.size >= MAX_INDICATORS
    const found = isFull ? 'too-many' : indicatorsOf(kindName, value)
    if (typeof found !== 'string')
      for (const one of found) indicators.set(JSON.stringify([one.kind, one.value, one.last]), one)
    else if (rejects.length < MAX_INDICATORS) rejects.push({ line, reason: found })
  }
  return { indicators: [...indicators.values()], rejects }
}

function indicatorsOf(kindName: string | undefined, value: string) {
  if (value.length > MAX_VALUE) return 'too-long'
  if (kindName === undefined) {
    const found = guessedKinds(value).flatMap((kind) => indicatorOf(kind, value) ?? [])
    return found.length === 0 ? 'unrecognised' : found
  }
  const kind = kindOf(kindName)
  const indicator = kind && indicatorOf(kind, value)
  return indicator ? [indicator] : kind === undefined ? 'unknown-kind' : 'not-of-its-kind'
}

const kindOf = (name: string) => KIND_NAMES.get(name.toLowerCase().replaceAll(/[^a-z]/gu, ''))

/** One value of a kind, as a case spells it; undefined if it is not of that kind. `ip` also takes a network. */
export function indicatorOf(kind: IndicatorKind, spelled: string): Indicator | undefined {
  const value = spelled.trim()
  if (value === '' || value.length > MAX_VALUE) return undefined
  if (kind === 'ip' || kind === 'network') return addressIndicator(value)
  const read = caseValue(kind, value)
  return read === '' ? undefined : { kind, value: read, last: '' }
}

function caseValue(kind: Exclude<IndicatorKind, 'ip' | 'network'>, value: string): string {
  if (kind === 'token') return readJti(value).tokenId
  if (kind === 'client' || kind === 'operation') return value
  const guid = readGuid(value)
  if (guid !== '' || kind === 'session') return guid || value
  return value.toLowerCase()
}

function addressIndicator(text: string): Indicator | undefined {
  const spelled = text.replaceAll('[.]', '.').replaceAll('[:]', ':')
  const { ip } = readAddress(spelled)
  if (ip !== '') return { kind: 'ip', value: ip, last: '' }
  const network = readNetwork(spelled)
  return network && { kind: 'network', value: network.first, last: network.last }
}

function guessedKinds(value: string): IndicatorKind[] {
  if (addressIndicator(value) !== undefined) return ['ip']
  if (readGuid(value) !== '') return ['session', 'token', 'app']
  if (readTokenId(value).state === 'present') return ['token']
  if (/^[^\s@]+@[^\s@]+$/u.test(value)) return ['principal']
  // `Mozilla/5.0 (…)`, `python-requests/2.32.4`, `Client=REST;Client=RESTSystem;;`
  return /^[\w.-]+\/\d|^client=|^mozilla/iu.test(value) ? ['client'] : []
}

type Role = 'value' | 'kind' | { readonly of: string } | undefined

/** Of a list without a header, cells are cut by commas: client strings are full of semicolons. */
const DELIMITERS = [',', ';', '\t'] as const
type Delimiter = (typeof DELIMITERS)[number]

interface Header {
  readonly roles: readonly Role[]
  readonly delimiter: Delimiter
}

function* linesOf(source: string): Generator<Entry> {
  let header: Header | undefined
  let isFirst = true
  for (const [at, raw] of source.split(/\r\n|\n|\r/u).entries()) {
    const line = at + 1
    if (raw.length > 2 * MAX_VALUE) {
      yield [line, undefined, raw]
      continue
    }
    const text = withoutComment(raw)
    if (text === '') continue
    const named: Header | undefined = isFirst ? headerOf(text) : undefined
    isFirst = false
    header ??= named
    if (named !== undefined) continue
    yield* header === undefined ? lineEntries(text, line) : cellEntries(text, header, line)
  }
}

function withoutComment(raw: string): string {
  const text = raw.trim()
  if (text.startsWith('#') || text.startsWith('//')) return ''
  const at = text.search(/\s#(?:\s|$)/u)
  return at === -1 ? text : text.slice(0, at).trim()
}

/** A header names a column of values, and mostly one of kinds; or a column for each kind. */
function headerOf(text: string): Header | undefined {
  return [rolesByName, rolesByKind]
    .flatMap((rolesOf) =>
      DELIMITERS.map((delimiter) => {
        const names = cellsOf(text, delimiter).map((cell) => cell.trim())
        return { roles: rolesOf(names), delimiter }
      }),
    )
    .find(({ roles }) => roles.some((role) => role !== undefined && role !== 'kind'))
}

function rolesByName(names: readonly string[]): Role[] {
  const first = (words: RegExp) => names.findIndex((name) => words.test(name))
  const value = first(/^(?:value|indicator|ioc|observable)$/iu)
  const kind = first(/^(?:type|kind|indicator_type)$/iu)
  return names.map((_, at) => (at === value ? 'value' : at === kind ? 'kind' : undefined))
}

const NOTE_COLUMNS =
  /^(?:first|last|from|to|date|seen|firstseen|lastseen|since|until|notes?|comments?|description|source|reference|confidence|country|asn|id|)$/u

const isKind = (name: string) => /^[a-z][a-z _-]*$/iu.test(name) && kindOf(name) !== undefined
const isNote = (name: string) => NOTE_COLUMNS.test(name.toLowerCase().replaceAll(/[ _-]/gu, ''))

/** Only if every cell is the name of a kind or of a note: `operation,Send` is a kind and its value. */
function rolesByKind(names: readonly string[]): Role[] {
  if (!names.every((name) => isKind(name) || isNote(name))) return []
  return names.map((name) => (isKind(name) ? { of: name } : undefined))
}

function* cellEntries(text: string, { roles, delimiter }: Header, line: number): Generator<Entry> {
  const cells = cellsOf(text, delimiter)
  const cellAt = (at: number) => (cells[at] ?? '').trim()
  for (const [at, role] of roles.entries()) {
    if (role === 'value') yield [line, cellAt(roles.indexOf('kind')) || undefined, cellAt(at)]
    else if (typeof role === 'object' && cellAt(at) !== '') yield [line, role.of, cellAt(at)]
  }
}

function* lineEntries(text: string, line: number): Generator<Entry> {
  const [, name = '', rest = ''] = /^([A-Za-z][\w -]{0,30}?)\s*[,:=]\s*(.+)$/u.exec(text) ?? []
  const isWithKind = rest !== '' && isNamed(name, text, rest)
  const [value = '', ...more] = cellsOf(isWithKind ? rest : text).map((cell) => cell.trim())
  yield [line, isWithKind ? name : undefined, value]
  // What follows a value is mostly a note; an address is not.
  for (const cell of more) if (addressIndicator(cell) !== undefined) yield [line, 'ip', cell]
}

/** `Client=REST;…` is a client string, and `abcd:12::1` an address, before they are a kind and a value. */
function isNamed(name: string, text: string, rest: string): boolean {
  if (readAddress(text).ip !== '' || readNetwork(text) !== undefined) return false
  return kindOf(name) !== undefined && !(text.startsWith('Client=') && !rest.startsWith('Client='))
}

const QUOTED_CELL: Readonly<Record<Delimiter, RegExp>> = {
  ',': /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/u,
  ';': /^\s*"((?:[^"]|"")*)"\s*(?=;|$)/u,
  '\t': /^ *"((?:[^"]|"")*)" *(?=\t|$)/u,
}

/** Cells of one CSV line; quotes may hold delimiters and doubled quotes. A bare user agent keeps its commas. */
function cellsOf(text: string, delimiter: Delimiter = ','): string[] {
  if (!text.includes('"') && /^(?:mozilla\/|client=)/iu.test(text)) return [text]
  const cells: string[] = []
  let at = 0
  while (at <= text.length) {
    const quoted = QUOTED_CELL[delimiter].exec(text.slice(at))
    const comma = text.indexOf(delimiter, at)
    const end = quoted === null ? comma : at + quoted[0].length
    const bare = text.slice(at, end === -1 ? text.length : end).trimStart()
    cells.push(quoted?.[1]?.replaceAll('""', '"') ?? bare)
    if (end === -1) break
    at = end + 1
  }
  return cells
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function valuesOf(json: unknown): Entry[] {
  return namedValues(json)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one: unknown) => [name, one] as const),
    )
    .map(([name, one], at): Entry => {
      const inner = isObject(one) ? valueIn(one) : one
      const kind = isObject(one) ? (one['type'] ?? one['kind'] ?? name) : name
      const value = typeof inner === 'string' ? inner.trim() : ''
      return [at + 1, typeof kind === 'string' ? kind : undefined, value]
    })
}

function namedValues(json: unknown): [string | undefined, unknown][] {
  if (!isObject(json)) return [[undefined, json]]
  if (typeof valueIn(json) === 'string') return [[undefined, [json]]]
  const wrapped = ['indicators', 'value', 'values', 'records'].find((key) =>
    Array.isArray(json[key]),
  )
  return wrapped === undefined ? Object.entries(json) : [[undefined, json[wrapped]]]
}

const valueIn = (json: Json): unknown => json['value'] ?? json['indicator']
