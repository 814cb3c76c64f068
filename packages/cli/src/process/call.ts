/** One call of a command. Loads little: some commands must start at once. */
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { MintmarkError, safeJson, unreadable } from '@mintmark/core'
import { type ExitCode, WRONG_USAGE } from './exit_codes.ts'
import { type Io, WIDTH } from './io.ts'
import { Progress } from './progress.ts'

export type Options = Readonly<Record<string, unknown>>

interface Bounds {
  readonly least: number
  readonly most: number
  readonly isFraction?: boolean
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
/** Timers of Node take no more than 24 days. */
const LONGEST_MS = 24 * 86_400_000

type Made = () => object | string | Promise<object | string>
/** What an answer looks like in each format that its command has. */
interface Formats {
  readonly text: Made
  readonly json?: Made
  readonly sarif?: Made
  readonly junit?: Made
  readonly md?: Made
}

/** Options are named as commander names them: `maxAtOnce`. What reads one throws `INPUT_INVALID` for a wrong value. */
export class Call implements Io {
  readonly options: Options
  readonly out: Io['out']
  readonly err: Io['err']
  readonly showsProgress: boolean
  readonly width: number
  readonly now: () => number
  readonly isJson: boolean
  readonly #isQuiet: boolean

  constructor(options: Options, io: Io) {
    this.options = options
    this.out = io.out
    this.err = io.err
    this.showsProgress = io.showsProgress
    this.width = io.width ?? WIDTH
    this.now = io.now
    this.isJson = options['json'] === true
    this.#isQuiet = io.isQuiet === true
  }

  note(text: string): void {
    if (!this.#isQuiet) this.err(text)
  }

  print(document: unknown, text: () => string, indent?: number): Promise<void> {
    return this.out(this.isJson ? `${safeJson(document, indent)}\n` : text(), 'own')
  }

  async end(code: ExitCode, formats: Formats, isInFile = false): Promise<ExitCode> {
    const asked =
      (['json', 'sarif', 'junit', 'md'] as const).find((name) => this.flag(name)) ?? 'text'
    const shown = await (formats[asked] ?? formats.text)()
    await this.out(typeof shown === 'string' ? shown : `${safeJson(shown, 2)}\n`, code, isInFile)
    return code
  }

  wrongUsage(what: string): ExitCode {
    this.err(`error: ${what} (see --help)\n`)
    return WRONG_USAGE
  }

  missing(option: string): ExitCode {
    this.err(`error: required option '--${option}' not specified\n(see --help)\n`)
    return WRONG_USAGE
  }

  async progress<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
    const progress = new Progress(this)
    try {
      return await work(progress)
    } finally {
      progress.end()
    }
  }

  flag(name: string): boolean {
    return this.options[name] === true
  }

  /** Undefined where it was not given; so are the others below. */
  text(name: string): string | undefined {
    const value = this.options[name]
    return typeof value === 'string' ? value : undefined
  }

  list(name: string): readonly string[] {
    const value = this.options[name]
    return Array.isArray(value)
      ? value.filter((item): item is string => typeof item === 'string')
      : []
  }

  /** Refuses `-`: what appears completely or not at all cannot go to standard output. */
  path(name: string): string | undefined {
    const path = this.text(name)
    if (path !== '-') return path
    throw invalid(name, `--${name} cannot be standard output: give a path (./- for one called -)`)
  }

  number(name: string, { least, most, isFraction = false }: Bounds): number | undefined {
    const given = this.text(name)
    if (given === undefined) return undefined
    const value = given.trim() === '' ? Number.NaN : Number(given)
    if (value >= least && value <= most && (isFraction || Number.isInteger(value))) return value
    const kind = isFraction ? 'number' : 'whole number'
    throw invalid(name, `--${spelled(name)} takes a ${kind} from ${least} to ${most}`)
  }

  port(name = 'port'): number | undefined {
    return this.number(name, { least: 0, most: 65_535 })
  }

  /** A time with its zone, in milliseconds since 1970-01-01 UTC. */
  time(name: string): number | undefined {
    const given = this.text(name)
    if (given === undefined) return undefined
    const isSpelled = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(given)
    const timeMs = isSpelled ? Date.parse(given) : Number.NaN
    if (!Number.isNaN(timeMs)) return timeMs
    throw invalid(name, `--${spelled(name)} takes a time with its zone, such as 2026-11-25T08:30Z`)
  }

  /** A length of time such as `5m`, in milliseconds: from a second to 24 days. */
  duration(name: string): number | undefined {
    const given = this.text(name)
    if (given === undefined) return undefined
    const [, number, unit = ''] = /^(\d{1,7})([smhd])$/.exec(given) ?? []
    const ms = Number(number) * (UNITS_MS.get(unit) ?? 0)
    if (ms > 0 && ms <= LONGEST_MS) return ms
    throw invalid(name, `--${name} takes a time such as 30s, 5m, 2h or 7d, at most 24d`)
  }

  /** Text of the file that the option names. @throws {MintmarkError} `INPUT_UNREADABLE` */
  async file(name: string): Promise<string | undefined> {
    const path = this.text(name)
    return path === undefined ? undefined : (await bytesOfFile(path)).toString('utf8')
  }
}

export const spelled = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

export const invalid = (option: string, message: string): MintmarkError =>
  new MintmarkError('INPUT_INVALID', message, { option })

/** Bytes of a file; `-` is standard input. @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function bytesOfFile(path: string): Promise<Buffer> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

export type Handler = (call: Call, ...operands: string[]) => Promise<ExitCode>
