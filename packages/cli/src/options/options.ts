/** Options of commands that work on a case, read into what the case wants. */
import { userInfo } from 'node:os'
import { type Case, type Indicator, openCase, readIndicators, type Selection } from '@mintmark/case'
import { safeText, utcMs } from '@mintmark/core'
import { textOfBytes } from '@mintmark/logs'
import { bytesOfFile, type Call, invalid } from '../process/call.ts'
import type { ExitCode } from '../process/exit_codes.ts'

/** Runs `work` on the case that `--case` names, and closes it whatever happens. `read-on`: until somebody stops it. */
export async function withCase(
  call: Call,
  mode: 'read' | 'write' | 'read-on',
  work: (investigated: Case) => Promise<ExitCode>,
): Promise<ExitCode> {
  const investigated = await openCase(call.text('case') ?? '', {
    mode: mode === 'write' ? 'write' : 'read',
    isLasting: mode === 'read-on',
  })
  try {
    return await work(investigated)
  } finally {
    await investigated.close()
  }
}

export function threadsOption(call: Call): { readonly threads?: number } {
  const threads = call.number('threads', { least: 1, most: 64 })
  return threads === undefined ? {} : { threads }
}

/** Who marks and notes. @throws {MintmarkError} `INPUT_INVALID` where the user of the machine has no name, as in containers */
export function authorOption(call: Call): string {
  const given = call.text('as')
  if (given !== undefined) return given
  try {
    return userInfo().username
  } catch {
    throw invalid('as', '--as is needed: the user of this machine has no name')
  }
}

const LISTS = {
  session: 'sessions',
  token: 'tokens',
  ip: 'ips',
  app: 'apps',
  principal: 'principals',
  mailbox: 'mailboxes',
  operation: 'operations',
} as const

/** The selection that options describe; `{}` if none. @throws {MintmarkError} `INPUT_INVALID` */
export async function selectionOption(call: Call): Promise<Selection> {
  const attacker = call.text('attacker')
  const given = Object.entries(LISTS).filter(([name]) => call.list(name).length > 0)
  return {
    ...(call.flag('all') && { all: true }),
    ...Object.fromEntries(given.map(([name, member]) => [member, call.list(name)])),
    ...span(call),
    ...(attacker !== undefined && { attacker: await indicators(attacker, call) }),
  }
}

export const isNamed = (selection: Selection): boolean => Object.keys(selection).length > 0

function span(call: Call): Selection {
  const [fromMs, toMs] = [time(call, 'from'), time(call, 'to')]
  // Nothing is in it: an answer of zero would be taken for one about the evidence.
  if ((fromMs ?? -Infinity) >= (toMs ?? Infinity))
    throw invalid('to', '--to must be later than --from: the period is from <= at < to')
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) }
}

function time(call: Call, name: 'from' | 'to'): number | undefined {
  const given = call.text(name)
  if (given === undefined) return undefined
  const ms = utcMs(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T00:00:00Z` : given)
  if (ms !== undefined) return ms
  const shown = safeText(given, 60)
  throw invalid(
    name,
    `Invalid value for --${name}: "${shown}" is not a time. Use 2023-05-15T08:00Z`,
  )
}

/** Lists from Windows are often UTF-16. */
async function indicators(file: string, call: Call): Promise<readonly Indicator[]> {
  const { indicators: found, rejects } = readIndicators(textOfBytes(await bytesOfFile(file)))
  for (const { line, reason } of rejects) call.err(`mintmark: --attacker line ${line}: ${reason}\n`)
  // Nothing would be selected: an answer of zero would be taken for one about the evidence.
  if (found.length === 0)
    throw invalid('attacker', '--attacker: the file has no indicator. Give one a line')
  return found
}
