/** The format of a hunt, as in `docs/hunts.md`: a header of SQL comments on what a hit means, then one SELECT. */

import { MintmarkError } from '@mintmark/core'
import type { Texts } from '../engine/rows.ts'
import { columnsOf, nameOf } from '../store/sql.ts'
import { readStatement, type Statement } from './statement.ts'

/** A number of days, a threshold: bound by the engine, never spliced into SQL. `-- param: name Type default what it is`. */
interface HuntParam {
  readonly name: string
  readonly type: HuntParamType
  readonly value: string | number | readonly string[]
  readonly text: string
}

const TYPES = ['UInt8', 'UInt16', 'UInt32', 'Int32', 'Float64', 'String', 'Array(String)'] as const
type HuntParamType = (typeof TYPES)[number]

const WHOLE: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['UInt8', [0, 255]],
  ['UInt16', [0, 65_535]],
  ['UInt32', [0, 4_294_967_295]],
  ['Int32', [-2_147_483_648, 2_147_483_647]],
])
const LINE = /^([a-z][a-z0-9_]*) +([A-Za-z0-9()]+) +('[^']*'|\[[^\]]*\]|\S+)(?: +(.*))?$/u

function readParam(line: string): HuntParam | string {
  const [, name = '', typeName = '', spelled = '', words = ''] = LINE.exec(line) ?? []
  if (name === '') return 'param is: name Type default, and then what it is'
  const type = TYPES.find((one) => one === typeName)
  if (type === undefined) return `the type of a parameter is one of ${TYPES.join(', ')}`
  const value = readParamValue(type, spelled)
  if (value === undefined) return `the default is no ${type}`
  return { name, type, value, text: words }
}

/** The value that `spelled` has as `type`, or undefined: `14`, `0.5`, `'text'` or `text`, `['a', 'b']`. */
function readParamValue(type: HuntParamType, spelled: string) {
  if (type === 'String') return unquoted(spelled)
  if (type === 'Array(String)') return arrayOf(spelled)
  const value = /^-?\d{1,15}(?:\.\d{1,15})?$/u.test(spelled) ? Number(spelled) : Number.NaN
  if (!Number.isFinite(value)) return undefined
  const bounds = WHOLE.get(type)
  if (bounds === undefined) return value
  const [least, most] = bounds
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined
}

function unquoted(spelled: string): string {
  return spelled.length > 1 && spelled.startsWith("'") && spelled.endsWith("'")
    ? spelled.slice(1, -1)
    : spelled
}

function arrayOf(spelled: string): string[] | undefined {
  if (!spelled.startsWith('[') || !spelled.endsWith(']')) return undefined
  const inner = spelled.slice(1, -1).trim()
  return inner === '' ? [] : inner.split(',').map((part) => unquoted(part.trim()))
}

/** `established` joins the default selection of a scope; `lead` is for a person to look at. */
type HuntStrength = 'established' | 'lead'

/** `forged`: not issued. `replayed`: used by another. `mis-granted`: wrongly issued. `context`: used in a new way. */
type HuntClass = 'forged' | 'replayed' | 'mis-granted' | 'context'

export interface Hunt extends Texts<'title means file'> {
  readonly id: string
  /** What a hit must not be taken for, and which ordinary activity looks like it. */
  readonly cannotMean: string
  readonly attack: readonly string[]
  readonly strength: HuntStrength
  readonly class: HuntClass
  readonly references: readonly string[]
  readonly params: readonly HuntParam[]
  /** How many times at most the SELECT runs, each on one slice of the keys, to bound its memory. */
  readonly slices: number
  readonly sql: string
}

export const HUNT_COLUMNS: readonly { readonly name: string; readonly type: string }[] =
  columnsOf(`at Time; tenant String; principal String; mailbox String; record_id UUID; content UInt64;
    token_id UUID; session_id String; ip String; app String; why String`).map((column) => {
    const name = nameOf(column)
    return { name, type: column.slice(name.length + 1) }
  })

const SLICE_PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ['first_bucket', 'UInt8'],
  ['last_bucket', 'UInt8'],
  ['slice', 'UInt16'],
  ['slices', 'UInt16'],
])

const REQUIRED = 'id title means cannot-mean attack strength class references'.split(' ')
const HEADERS: ReadonlySet<string> = new Set([...REQUIRED, 'param', 'slices'])
const CLASSES: readonly HuntClass[] = ['forged', 'replayed', 'mis-granted', 'context']
const MAX_CHARACTERS = 200_000
const HEADER_LINE = /^-- ([a-z][a-z-]*): *(.*)$/u
const MORE_LINE = /^--(?: {2,}(\S.*))?$/u

interface HeaderLine {
  readonly line: number
  value: string
}

/** Reads a hunt, without an engine. @throws {MintmarkError} `HUNT_INVALID`: `facts.file`, `facts.line` (1-based) */
export function parseHunt(source: string, file: string): Hunt {
  const parsing = new Parsing(file)
  if (source.length > MAX_CHARACTERS) throw parsing.invalid(1, 'the file is too long for a hunt')
  const lines = source.replace(/^\uFEFF/u, '').split(/\r?\n/u)
  const bodyAt = parsing.readHeader(lines)
  const statement = readStatement(lines.slice(bodyAt).join('\n'), bodyAt + 1)
  if ('message' in statement) throw parsing.invalid(statement.line, statement.message)
  return parsing.hunt(statement)
}

class Parsing {
  readonly #file: string
  readonly #headers = new Map<string, HeaderLine[]>()

  constructor(file: string) {
    this.#file = file
  }

  invalid(line: number, message: string): MintmarkError {
    const facts = { file: this.#file, line }
    return new MintmarkError('HUNT_INVALID', `${this.#file}:${line}: ${message}`, facts)
  }

  readHeader(lines: readonly string[]): number {
    let last: HeaderLine | undefined
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith('--')) return index
      last = this.#headerLine(line.trimEnd(), index + 1, last)
    }
    throw this.invalid(lines.length, 'there is no SELECT')
  }

  hunt({ sql, placeholders }: Statement): Hunt {
    for (const key of REQUIRED) {
      const header = this.#headers.get(key)?.[0]
      if (header === undefined) throw this.invalid(1, `the header has no ${key}`)
      if (header.value === '') throw this.invalid(header.line, `${key} is empty`)
    }
    const params = (this.#headers.get('param') ?? []).map(({ line, value }) => {
      const param = readParam(value)
      if (typeof param === 'string') throw this.invalid(line, param)
      return param
    })
    this.#checkPlaceholders(params, placeholders)
    return {
      id: this.#text('id', isId, 'lower-case words joined by _, 64 characters at most'),
      title: this.#text('title'),
      means: this.#text('means'),
      cannotMean: this.#text('cannot-mean'),
      attack: listOf(
        this.#text('attack', areTechniques, 'technique ids such as T1550.001, with commas between'),
        /\s*,\s*/u,
      ),
      strength: this.#word('strength', ['established', 'lead']),
      class: this.#word('class', CLASSES),
      references: listOf(this.#text('references'), /\s*;\s*/u),
      params,
      slices: this.#headers.has('slices')
        ? Number(this.#text('slices', isSlices, 'a number from 1 to 256'))
        : 1,
      sql,
      file: this.#file,
    }
  }

  #headerLine(line: string, number: number, last: HeaderLine | undefined): HeaderLine | undefined {
    const more = MORE_LINE.exec(line)
    if (more !== null) {
      const [, words = ''] = more
      if (words !== '' && last === undefined)
        throw this.invalid(number, 'a line that continues no header')
      if (last !== undefined && words !== '') last.value = `${last.value} ${words}`.trim()
      return last
    }
    const [, key = '', value = ''] = HEADER_LINE.exec(line) ?? []
    if (!HEADERS.has(key)) {
      const what = key === '' ? 'a line without a name' : 'an unknown name'
      throw this.invalid(number, `the header has ${what}`)
    }
    const known = this.#headers.get(key) ?? []
    if (known.length > 0 && key !== 'param') throw this.invalid(number, `${key} is there twice`)
    const header = { line: number, value: value.trim() }
    this.#headers.set(key, [...known, header])
    return header
  }

  #text(key: string, isValid: (value: string) => boolean = () => true, what = ''): string {
    const { line, value } = this.#headers.get(key)?.[0] ?? { line: 1, value: '' }
    if (isValid(value)) return value
    throw this.invalid(line, `${key} is ${what}`)
  }

  #word<T extends string>(key: string, words: readonly T[]): T {
    const { line, value } = this.#headers.get(key)?.[0] ?? { line: 1, value: '' }
    const word = words.find((one) => one === value)
    if (word === undefined) throw this.invalid(line, `${key} is one of ${words.join(', ')}`)
    return word
  }

  #checkPlaceholders(params: readonly HuntParam[], placeholders: Statement['placeholders']): void {
    const types = new Map(SLICE_PLACEHOLDERS)
    for (const [index, { name, type }] of params.entries()) {
      const line = this.#headers.get('param')?.[index]?.line ?? 1
      if (types.has(name)) throw this.invalid(line, 'a parameter of this name is there already')
      types.set(name, type)
    }
    for (const { name, type, line } of placeholders) {
      const declared = types.get(name)
      if (declared === undefined)
        throw this.invalid(line, 'a placeholder that no param header declares')
      if (declared !== type) throw this.invalid(line, `the placeholder is declared as ${declared}`)
    }
  }
}

const isId = (value: string) => /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/u.test(value) && value.length <= 64
const areTechniques = (value: string) =>
  listOf(value, /\s*,\s*/u).every((id) => /^T\d{4}(?:\.\d{3})?$/u.test(id))
const isSlices = (value: string) =>
  /^\d{1,3}$/u.test(value) && Number(value) >= 1 && Number(value) <= 256

const listOf = (value: string, separator: RegExp): string[] =>
  value.split(separator).filter((part) => part !== '')
