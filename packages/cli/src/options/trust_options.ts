import { readFile } from 'node:fs/promises'
import { MintmarkError, whyUnread } from '@mintmark/core'
import { type Policy, parsePolicy } from '@mintmark/ledger/log'
import { isLoopback } from '@mintmark/trust'
import type { Options } from '../process/command.ts'
import { invalid, list, textOption } from './option_values.ts'

/** @throws {MintmarkError} `INPUT_INVALID` for what is no origin: it would allow nothing, unnoticed */
export function originsOption(options: Options): ReadonlySet<string> {
  const given = list(options, 'origin')
  const wrong = given.find((each) => !URL.canParse(each) || !isOrigin(each, new URL(each)))
  if (wrong === undefined) return new Set(given)
  throw invalid('origin', '--origin takes an origin such as https://keys.example.org')
}

/** As sources are: plain HTTP on this machine alone. */
const isOrigin = (given: string, { origin, protocol, hostname }: URL) =>
  origin === given && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)))

/** Certificates of the file that `--ca` names, in PEM. @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function caOption(options: Options): Promise<string | undefined> {
  const file = textOption(options, 'ca')
  return file === undefined ? undefined : (await bytesOfFile(file)).toString('utf8')
}

/** The policy of `--policy`; undefined where none is named. @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
export async function recordPolicy(options: Options): Promise<Policy | undefined> {
  const file = textOption(options, 'policy')
  return file === undefined ? undefined : parsePolicy((await bytesOfFile(file)).toString('utf8'))
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function bytesOfFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new MintmarkError('INPUT_UNREADABLE', `${file} cannot be read: ${whyUnread(errno)}`)
  }
}
