/** Which commands there are. A command's code is loaded when it runs: `--help` answers at once. */
import { existsSync } from 'node:fs'
import type { MintmarkError } from '@mintmark/core'
import { Command, CommanderError, type Option } from 'commander'
import type { Handler, Options } from '../process/call.ts'
import {
  DONE,
  EXIT_CODES_TEXT,
  type ExitCode,
  NOT_ANSWERED,
  WRONG_USAGE,
} from '../process/exit_codes.ts'
import { type Io, widthOf } from '../process/io.ts'
import { fitted } from '../render/wrapped.ts'
import { type CommandLine, commandLines, LOADS, optionsIn } from './commands.ts'
import type { Config } from './config_file.ts'
import { callOf, IGNORE_CONFIG, VERBOSE, verboseEnd } from './general_options.ts'

const HELP_FLAGS: ReadonlySet<string> = new Set(['--help', '-h'])

/** @returns the exit code; never throws for anything that a user or an input can cause */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  const [first = '', ...others] = args
  const isHelp = first === 'help' || HELP_FLAGS.has(first)
  const asked = isHelp ? [...others, '--help'] : [...args]
  const isVerbose = asked.some((each) => VERBOSE.includes(each))
  const code = await parsed(asked, io, isVerbose)
  if (isVerbose) io.err(await verboseEnd(code))
  return code
}

async function parsed(args: readonly string[], io: Io, isVerbose: boolean): Promise<ExitCode> {
  let outcome: ExitCode = DONE
  try {
    const config = args.includes(IGNORE_CONFIG) ? undefined : await loadConfig()
    const program = buildProgram(io, config, (code) => {
      outcome = code
    })
    await program.parseAsync([...args], { from: 'user' })
    return outcome
  } catch (error) {
    if (error instanceof CommanderError && error.code === HELP_OF_NONE)
      return await parsed(
        args.filter((each) => !HELP_FLAGS.has(each)),
        io,
        isVerbose,
      )
    return await failed(error, io, isVerbose)
  }
}

const CONFIG_FILE = 'mintmark.config.json'

async function loadConfig(): Promise<Config | undefined> {
  if (!existsSync(CONFIG_FILE)) return undefined
  const { Config: Loaded } = await import('./config_file.ts')
  return new Loaded(CONFIG_FILE)
}

/** Why parsing ends where help is asked for on an unknown command: parsed again without `--help`, commander reports it. */
const HELP_OF_NONE = 'mintmark.helpOfNone'

const VERSION_ASKED = 'mintmark.version'

async function failed(error: unknown, io: Io, isVerbose: boolean): Promise<ExitCode> {
  if (error instanceof CommanderError && error.code === VERSION_ASKED) {
    await io.out(`${(await import('./version.ts')).versionText()}\n`)
    return DONE
  }
  // Commander has printed its own message; help ends with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USAGE
  // Loaded only now: `--help` waits for nothing that it does not use.
  const { safeText } = await import('@mintmark/core')
  const missing = missingPackage(error)
  if (missing !== undefined) {
    io.err(`mintmark: the package ${missing} is missing, so this cannot run: \
install mintmark with its optional dependencies (PROGRAM_MISSING)\n`)
    return NOT_ANSWERED
  }
  if (isMintmarkError(error)) {
    io.err(`mintmark: ${safeText(error.message, 2000)} (${error.code})\n`)
    if (isVerbose) io.err((await import('../render/error_trace.ts')).errorTrace(error))
    return isUsage(error) ? WRONG_USAGE : NOT_ANSWERED
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const lines = stack.split('\n').map((line) => safeText(line, 500))
  io.err(`mintmark: a bug, please report it: ${lines.join('\n')}\n`)
  return NOT_ANSWERED
}

/** An option or operand that means nothing, or names a file without what it is for: it is named. */
const isUsage = ({ code, facts }: MintmarkError): boolean =>
  code === 'INPUT_INVALID' && typeof facts['option'] === 'string'

function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND')
    return undefined
  return /^Cannot find package '([^']+)'/.exec(error.message)?.[1]
}

/** By shape: two copies of `core` in one tree must not turn a clear error into "a bug". */
const isMintmarkError = (error: unknown): error is MintmarkError =>
  error instanceof Error && 'code' in error && 'facts' in error

function buildProgram(io: Io, config: Config | undefined, done: Carried['done']): Command {
  const program = new Command('mintmark')
    .description(
      'Finds accesses with tokens that nobody issued, what they read, and what cannot be known. Works offline, on exported logs.',
    )
    .option('-V, --version', 'print the version, and the commit that it is built from')
    .on('option:version', () => {
      throw new CommanderError(0, VERSION_ASKED, '')
    })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', EXIT_CODES)
  for (const each of optionsIn(['@general'])) program.addOption(each)
  prepare(program, io)
  const loads: typeof LOADS = {
    ...LOADS,
    completion: async () => (await import('./completion.ts')).completionOf(program),
    man: async () => (await import('./man_page.ts')).manPageOf(program),
  }
  const made = new Map([['', program]])
  for (const line of commandLines()) {
    program.commandsGroup(line.heading)
    const above = made.get(line.name.replace(/ ?[a-z]+$/, '')) ?? program
    const command = above.command(`${line.name.replace(/^.* /, '')} ${line.operands}`)
    made.set(line.name, prepare(command.description(line.summary), io))
    for (const each of line.options) command.addOption(each)
    config?.apply(command)
    if (line.example !== '') command.addHelpText('after', `\nExample:\n  ${line.example}`)
    const load = loads[line.name]
    if (load !== undefined) carryOut(command, { ...line, load, config, done }, io)
  }
  return program.helpCommand(true)
}

interface Carried extends Pick<CommandLine, 'options' | 'isData'> {
  readonly load: () => Promise<Handler>
  readonly config: Config | undefined
  readonly done: (code: ExitCode) => void
}

function carryOut(
  command: Command,
  { options, isData, load, config, done }: Carried,
  io: Io,
): void {
  command.action(async (...given: unknown[]) => {
    await refuseEmpty(command, options)
    // Operands come before options and the command; variadic ones as one array.
    const operands = given
      .slice(0, -2)
      .flat()
      .filter((value) => typeof value === 'string')
    // An option that a command above has too is taken for that one's.
    const call = callOf(io, command.optsWithGlobals(), isData)
    config?.report(command, operands, call)
    done(await (await load())(call, ...operands))
  })
}

function prepare(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .configureOutput(outputOf(io))
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 16 })
    .on('beforeHelp', () => {
      const [name] = command.args
      const isNone = name !== undefined && !name.startsWith('-') && command.commands.length > 0
      if (
        isNone &&
        command.registeredArguments.length === 0 &&
        !command.commands.some((each) => each.name() === name)
      )
        throw new CommanderError(2, HELP_OF_NONE, '')
    })
}

const outputOf = (io: Io) => ({
  getOutHelpWidth: () => widthOf(io),
  getErrHelpWidth: () => widthOf(io),
  writeOut: (text: string) => void io.out(fitted(text, widthOf(io))),
  writeErr: (text: string) => io.err(text),
})

/** An empty value is an unset variable of a script; as a folder it would be the working one. */
async function refuseEmpty(command: Command, taken: readonly Option[]): Promise<void> {
  const values: Options = command.optsWithGlobals()
  const empty = taken.find((each) => [values[each.attributeName()]].flat().includes(''))
  if (empty === undefined) return
  const { MintmarkError: Failure } = await import('@mintmark/core')
  const message = `${empty.long} has an empty value: give one, or leave the option out`
  throw new Failure('INPUT_INVALID', message, { option: empty.attributeName() })
}

const EXIT_CODES = `
${EXIT_CODES_TEXT}
Start with:  mintmark investigate EXPORTS/ --case CASE`
