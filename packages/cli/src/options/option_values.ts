/**
 * Values of options, as commander hands them over. Loads nothing: some commands must start at once.
 *
 * @module
 */
import { userInfo } from 'node:os'
import { MintmarkError } from '@mintmark/core'
import type { Options } from '../process/command.ts'

/** The text of an option, or undefined where it was not given. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * Where something is to be written. `-` is refused: what appears completely or not at all cannot go to standard output,
 * and a file of that name would be taken for lost.
 *
 * @throws {MintmarkError} `INPUT_INVALID`
 */
export function pathOption(options: Options, name: string): string | undefined {
  const path = textOption(options, name)
  if (path !== '-') return path
  throw invalid(name, `--${name} cannot be standard output: give a path (./- for one called -)`)
}

/** Who marks and notes. @throws {MintmarkError} `INPUT_INVALID` where the user of the machine has no name, as in containers */
export function authorOption(options: Options): string {
  const given = textOption(options, 'as')
  if (given !== undefined) return given
  try {
    return userInfo().username
  } catch {
    throw invalid('as', '--as is needed: the user of this machine has no name')
  }
}

export const flag = (options: Options, name: string): boolean => options[name] === true

export function list(options: Options, name: string): readonly string[] {
  const value = options[name]
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : []
}

/** A number between bounds: a whole one, unless `isFraction`. @throws {MintmarkError} `INPUT_INVALID` */
export function numberOption(
  options: Options,
  name: string,
  {
    least,
    most,
    isFraction = false,
  }: { readonly least: number; readonly most: number; readonly isFraction?: boolean },
): number | undefined {
  const given = textOption(options, name)
  if (given === undefined) return undefined
  const value = given.trim() === '' ? Number.NaN : Number(given)
  if (value >= least && value <= most && (isFraction || Number.isInteger(value))) return value
  const kind = isFraction ? 'number' : 'whole number'
  throw invalid(name, `--${spelled(name)} takes a ${kind} from ${least} to ${most}`)
}

/** A time with its zone, in milliseconds since 1970-01-01 UTC. @throws {MintmarkError} `INPUT_INVALID` */
export function timeOption(options: Options, name: string): number | undefined {
  const given = textOption(options, name)
  if (given === undefined) return undefined
  const isSpelled = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(given)
  const timeMs = isSpelled ? Date.parse(given) : Number.NaN
  if (!Number.isNaN(timeMs)) return timeMs
  throw invalid(name, `--${spelled(name)} takes a time with its zone, such as 2026-11-25T08:30Z`)
}

/** An option as it is typed: commander names `--max-at-once` `maxAtOnce`. */
const spelled = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
/** Timers of Node take no more than 24 days. */
const LONGEST_MS = 24 * UNITS_MS.d

/** A length of time such as `5m`, in milliseconds: from a second to 24 days. @throws {MintmarkError} `INPUT_INVALID` */
export function durationOption(options: Options, name: string): number | undefined {
  const given = textOption(options, name)
  if (given === undefined) return undefined
  const [, number, unit] = /^(\d{1,7})([smhd])$/.exec(given) ?? []
  const unitMs = unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? UNITS_MS[unit] : 0
  const ms = Number(number) * unitMs
  if (ms > 0 && ms <= LONGEST_MS) return ms
  throw invalid(name, `--${name} takes a time such as 30s, 5m, 2h or 7d, at most 24d`)
}

/** Size of the baseline activity. @throws {MintmarkError} `INPUT_INVALID` */
export const scaleOption = (options: Options): number =>
  numberOption(options, 'scale', { least: 0.001, most: 1000, isFraction: true }) ?? 1

/** The number of worker threads, or undefined where it was not given. Throws `INPUT_INVALID`. */
export const threadsOption = (options: Options): number | undefined =>
  numberOption(options, 'threads', { least: 1, most: 64 })

export const invalid = (option: string, message: string): MintmarkError =>
  new MintmarkError('INPUT_INVALID', message, { option })
