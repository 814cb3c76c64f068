/** How an option is written down, and those that several commands have. @module */
import { Option } from 'commander'

/** An option as help shows it: its flags, two blanks, and what it does. */
export function option(line: string): Option {
  const end = line.indexOf('  ')
  return new Option(line.slice(0, end), line.slice(end + 2))
}

export const required = (line: string): Option => option(line).makeOptionMandatory()

export const JSON_DOCUMENT = '--json  one JSON document instead of text'
export const JSON_LINES = '--json  JSON lines'
export const SARIF = '--sarif  one SARIF 2.1.0 log instead of text'
/** Where either JSON or SARIF may be asked for. */
export const JSON_OR_SARIF: readonly (Option | string)[] = [
  option(JSON_DOCUMENT).conflicts('sarif'),
  SARIF,
]

/** @param use what the keys of the option are for, where none are given */
export const publicKeys = (text: string, use: string): Option =>
  option(`--public-key <FILE...>  ${text}`).default([], use)
