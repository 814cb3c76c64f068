/** Options as commander hands them over, read into what the case wants. @module */
import { type Case, type Indicator, openCase, readIndicators, type Selection } from '@mintmark/case'
import { utcMs } from '@mintmark/core'
import { textOfBytes } from '@mintmark/logs'
import type { Options } from '../process/command.ts'
import type { ExitCode } from '../process/exit_codes.ts'
import type { Io } from '../process/io.ts'
import { bytesOfFile } from './files.ts'
import { flag, invalid, list, textOption } from './option_values.ts'

export {
  flag,
  list,
  numberOption,
  pathOption,
  textOption,
  threadsOption,
} from './option_values.ts'

/** Runs `work` on the case that `--case` names, and closes it whatever happens. `read-on`: until somebody stops it. */
export async function withCase(
  options: Options,
  mode: 'read' | 'write' | 'read-on',
  work: (investigated: Case) => Promise<ExitCode>,
): Promise<ExitCode> {
  const investigated = await openCase(textOption(options, 'case') ?? '', {
    mode: mode === 'write' ? 'write' : 'read',
    isLasting: mode === 'read-on',
  })
  try {
    return await work(investigated)
  } finally {
    await investigated.close()
  }
}

/**
 * The selection that the options describe; `{}` when they describe none.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a time that is none, `INPUT_UNREADABLE` for the list
 */
export async function selectionOption(options: Options, io: Io): Promise<Selection> {
  const attacker = textOption(options, 'attacker')
  return {
    ...(flag(options, 'all') && { all: true }),
    ...lists(options),
    ...span(options),
    ...(attacker !== undefined && { attacker: await indicators(attacker, io) }),
  }
}

/** Whether options say which accesses are meant, in place of those that verdicts and hunts point at. */
export const isNamed = (selection: Selection): boolean => Object.keys(selection).length > 0

function lists(options: Options): Selection {
  const named = [
    ['session', 'sessions'],
    ['token', 'tokens'],
    ['ip', 'ips'],
    ['app', 'apps'],
    ['principal', 'principals'],
    ['mailbox', 'mailboxes'],
    ['operation', 'operations'],
  ] as const
  const given = named.filter(([name]) => list(options, name).length > 0)
  return Object.fromEntries(given.map(([name, member]) => [member, list(options, name)]))
}

function span(options: Options): Selection {
  const given = { ...time(options, 'from', 'fromMs'), ...time(options, 'to', 'toMs') }
  // Nothing is in it: an answer of zero would be taken for one about the evidence.
  if ((given.fromMs ?? -Infinity) >= (given.toMs ?? Infinity))
    throw invalid('to', '--to must be later than --from: the period is from <= at < to')
  return given
}

function time(options: Options, name: 'from' | 'to', member: 'fromMs' | 'toMs'): Selection {
  const given = textOption(options, name)
  if (given === undefined) return {}
  const ms = utcMs(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T00:00:00Z` : given)
  if (ms === undefined)
    throw invalid(name, `--${name}: this is not a time. Use one such as 2023-05-15T08:00:00Z`)
  return { [member]: ms }
}

/** Lists from Windows are often UTF-16. */
async function indicators(file: string, io: Io): Promise<readonly Indicator[]> {
  const { indicators: found, rejects } = readIndicators(textOfBytes(await bytesOfFile(file)))
  for (const { line, reason } of rejects) io.err(`mintmark: --attacker line ${line}: ${reason}\n`)
  // Nothing would be selected: an answer of zero would be taken for one about the evidence.
  if (found.length === 0)
    throw invalid('attacker', '--attacker: the file has no indicator. Give one a line')
  return found
}
