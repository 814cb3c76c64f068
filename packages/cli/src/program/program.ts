/**
 * The command line: which commands there are, what each takes, and how a failure becomes an exit code.
 *
 * Only argument parsing is loaded here; a command's own code, and the engine with it, is loaded when the
 * command runs, so that `--help` answers at once.
 *
 * @module
 */
import type { MintmarkError } from '@mintmark/core'
import { Command, CommanderError, Option } from 'commander'
import type { Options, Spec } from '../process/command.ts'
import {
  DONE,
  EXIT_CODES_TEXT,
  type ExitCode,
  NOT_ANSWERED,
  WRONG_USAGE,
} from '../process/exit_codes.ts'
import type { Io } from '../process/io.ts'
import { GATE_COMMANDS } from './gate_specs.ts'
import { GUARD_COMMANDS } from './guard_specs.ts'
import { LEDGER_COMMANDS } from './ledger_specs.ts'

/** @returns the exit code; never throws for anything that a user or an input can cause */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  let outcome: ExitCode = DONE
  const program = buildProgram(io, (code) => {
    outcome = code
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return outcome
  } catch (error) {
    return await failed(error, io)
  }
}

/** Why parsing ends where the version is asked for. */
const VERSION_ASKED = 'mintmark.version'

async function failed(error: unknown, io: Io): Promise<ExitCode> {
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
    io.err(`mintmark: this needs the package ${missing}, which is optional and not installed here: \
install mintmark with its optional dependencies (PROGRAM_MISSING)\n`)
    return NOT_ANSWERED
  }
  if (isMintmarkError(error)) {
    io.err(`mintmark: ${safeText(error.message, 2000)} (${error.code})\n`)
    return isUsage(error) ? WRONG_USAGE : NOT_ANSWERED
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const lines = stack.split('\n').map((line) => safeText(line, 500))
  io.err(`mintmark: a bug, please report it: ${lines.join('\n')}\n`)
  return NOT_ANSWERED
}

/** An option or operand that means nothing, or names a file without what it is for: it is named. */
function isUsage({ code, facts }: MintmarkError): boolean {
  return code === 'INPUT_INVALID' && typeof facts['option'] === 'string'
}

/** The package that Node looked for and did not find. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND')
    return undefined
  return /^Cannot find package '([^']+)'/.exec(error.message)?.[1]
}

/** By shape: two copies of `core` in one tree must not turn a clear error into "a bug". */
function isMintmarkError(error: unknown): error is MintmarkError {
  return error instanceof Error && 'code' in error && 'facts' in error
}

function buildProgram(io: Io, done: (code: ExitCode) => void): Command {
  const program = new Command('mintmark')
    .description(
      'From raw audit logs to: these accesses used tokens nobody issued, this is what they read,\nthis is what we cannot know. Works offline, on exported files.',
    )
    .option('-V, --version', 'print the version, and the commit that it is built from')
    .on('option:version', () => {
      throw new CommanderError(0, VERSION_ASKED, '')
    })
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureOutput(outputOf(io))
    .addHelpText('after', EXIT_CODES)
  for (const spec of COMMANDS) addCommand(program, spec, io, done)
  for (const { name, summary, specs } of GROUPS) {
    const group = program.command(name).description(summary).exitOverride()
    group.configureOutput(outputOf(io))
    for (const spec of specs) addCommand(group, spec, io, done)
  }
  return program
}

const GROUPS: readonly {
  readonly name: string
  readonly summary: string
  readonly specs: readonly Spec[]
}[] = [
  { name: 'gate', summary: 'Scrub cores between the crash and the disk', specs: GATE_COMMANDS },
  {
    name: 'ledger',
    summary: 'Keep, serve, prove and audit the record of issued tokens',
    specs: LEDGER_COMMANDS,
  },
  {
    name: 'guard',
    summary: 'Refuse tokens that no ledger recorded, and tell of the first',
    specs: GUARD_COMMANDS,
  },
]

/** Every command as it is called, those of groups and those below others among them: `gate status`. */
export function commandNames(): string[] {
  const named = (specs: readonly Spec[], above: string): string[] =>
    specs.flatMap(({ usage, children = [] }) => {
      const name = `${above}${usage.split(' ')[0] ?? ''}`
      return [name, ...named(children, `${name} `)]
    })
  return [...named(COMMANDS, ''), ...GROUPS.flatMap(({ name, specs }) => named(specs, `${name} `))]
}

const outputOf = (io: Io) => ({
  writeOut: (text: string) => void io.out(text),
  writeErr: (text: string) => io.err(text),
})

function addCommand(parent: Command, spec: Spec, io: Io, done: (code: ExitCode) => void): void {
  const command = parent.command(spec.usage).description(spec.summary).exitOverride()
  command.configureOutput(outputOf(io))
  for (const each of spec.options) command.addOption(each)
  command.addHelpText('after', `\nExample:\n  ${spec.example}`)
  for (const child of spec.children ?? []) addCommand(command, child, io, done)
  command.action(async (...call: unknown[]) => {
    await refuseEmpty(command, spec.options)
    // An option that a command above has too is taken for that one's.
    done(await (await spec.load())(operands(call), command.optsWithGlobals(), io))
  })
}

/**
 * An empty value is a variable of a script that was never set; as a folder it would be the one where the command runs.
 *
 * @throws {MintmarkError} `INPUT_INVALID`
 */
async function refuseEmpty(command: Command, taken: readonly Option[]): Promise<void> {
  const values: Options = command.optsWithGlobals()
  const empty = taken.find((each) => [values[each.attributeName()]].flat().includes(''))
  if (empty === undefined) return
  const { MintmarkError: Failure } = await import('@mintmark/core')
  throw new Failure('INPUT_INVALID', `${empty.long} has an empty value`, {
    option: empty.attributeName(),
  })
}

/** Commander passes operands, then options, then itself; variadic operands come as one array. */
function operands(call: readonly unknown[]): string[] {
  return call
    .slice(0, -2)
    .flat()
    .filter((value): value is string => typeof value === 'string')
}

const EXIT_CODES = `
${EXIT_CODES_TEXT}
Start with:  mintmark investigate EXPORTS/ --case CASE`

const option = (flags: string, text: string): Option => new Option(flags, text)
const inCase = (): Option =>
  option(
    '--case <CASE>',
    'folder of the case, or a clickhouse:// or https:// URL',
  ).makeOptionMandatory()
const json = (): Option => option('--json', 'one JSON document instead of text')
const csv = (what: string): Option => option('--csv', `${what} as CSV`)
const hunts = (): Option =>
  option('--hunts <DIR...>', 'folders with your own hunts (.sql), beside the built-in ones')
const threads = (): Option =>
  option('--threads <N>', 'worker threads that read files (default: one a core)')

/** Of a command that looks for their private halves. */
const publicKeys = (): Option =>
  option(
    '--public-key <FILE...>',
    'look for the private half of these public keys too: JWKS, JWK, a JSON map of kid to PEM, certificates, PKCS#7, certificate requests, SPKI, OpenSSH lines, recipients of age, PEM or DER; several files, and repeatable. Name the dump before it, or behind a --',
  ).default([], 'those in the dump')

/** What is looked at: values of one option are alternatives, different options narrow each other. */
const selection = (): Option[] => [
  option('--all', 'every access, whatever its verdict'),
  option('--session <ID...>', 'accesses of these sessions'),
  option('--token <ID...>', 'accesses with these token ids, in any spelling'),
  option('--ip <ADDRESS...>', 'accesses from these addresses or networks (CIDR)'),
  option('--app <ID...>', 'accesses of these application ids'),
  option('--principal <NAME...>', 'accesses by these principals (UPN or object id)'),
  option('--mailbox <NAME...>', 'accesses to these mailboxes'),
  option('--operation <NAME...>', 'accesses by these operations, such as MailItemsAccessed'),
  option('--from <TIME>', 'accesses at or after this time (ISO 8601, UTC when it names no zone)'),
  option('--to <TIME>', 'accesses before this time'),
  option('--attacker <FILE>', 'accesses that match a list of indicators, one a line'),
]

const COMMANDS: readonly Spec[] = [
  {
    usage: 'investigate <FILE|DIR...>',
    summary: 'Read logs and answer: whose mail, how much, since when, how sure',
    example: 'mintmark investigate exports/ --case incident-42',
    options: [
      option(
        '--case <CASE>',
        'folder or URL of the case (default: ./mintmark-case-… named after the input)',
      ),
      json(),
      option('--no-scan', 'do not search memory dumps among the files for keys'),
      hunts(),
      threads(),
      ...selection(),
    ],
    load: async () => (await import('../commands/case/investigate.ts')).investigate,
  },
  {
    usage: 'doctor <FILE|DIR...>',
    summary: 'Say what exports can answer, and what to export next; makes no case',
    example: 'mintmark doctor exports/',
    options: [json()],
    load: async () => (await import('../commands/case/doctor.ts')).doctor,
  },
  {
    usage: 'ingest <FILE|DIR...>',
    summary: 'Read logs into a case, exactly once',
    example: 'mintmark ingest exports/ directory.csv --case incident-42',
    options: [inCase(), json(), threads()],
    load: async () => (await import('../commands/case/ingest.ts')).ingestFiles,
  },
  {
    usage: 'evidence',
    summary: 'List the files of a case: rows, duplicates, rejects, gaps',
    example: 'mintmark evidence --case incident-42',
    options: [inCase(), json(), option('--rejects', 'every reject with file, line and reason')],
    load: async () => (await import('../commands/case/evidence.ts')).evidence,
  },
  {
    usage: 'coverage',
    summary: 'Show what each log could have shown, by tenant, field and hour',
    example: 'mintmark coverage --case incident-42',
    options: [inCase(), json()],
    load: async () => (await import('../commands/case/coverage.ts')).coverage,
  },
  {
    usage: 'verdicts',
    summary: 'Count verdicts, list tokens nobody issued, export every access',
    example: 'mintmark verdicts --case incident-42 --csv > verdicts.csv',
    options: [inCase(), json(), csv('one row an access')],
    load: async () => (await import('../commands/case/verdicts.ts')).verdicts,
  },
  {
    usage: 'why <ID>',
    summary: 'Explain the verdict on an access, a token or a session',
    example: 'mintmark why 24633e37-3729-4da1-8428-14c1e1726386 --case incident-42',
    options: [inCase(), json()],
    load: async () => (await import('../commands/case/why.ts')).why,
  },
  {
    usage: 'scope',
    summary: 'Bound what was exposed: mailboxes, messages, folders',
    example: 'mintmark scope --case incident-42 --ip 198.51.100.0/24 --from 2023-05-15',
    options: [inCase(), json(), csv('one row an account'), ...selection()],
    load: async () => (await import('../commands/case/scope.ts')).scopeOf,
  },
  {
    usage: 'timeline',
    summary: 'Show first and last evidence, active hours, phases',
    example: 'mintmark timeline --case incident-42 --timesketch > timeline.jsonl',
    options: [
      inCase(),
      json(),
      csv('one row a selected access'),
      option('--timesketch', 'selected accesses as Timesketch JSONL'),
      ...selection(),
    ],
    load: async () => (await import('../commands/case/timeline.ts')).timelineOf,
  },
  {
    usage: 'custody [ARTEFACT]',
    summary: 'Say who touched a file, from where, with which token',
    example: 'mintmark custody crash-2021-04.dmp --case incident-42',
    options: [inCase(), json(), csv('one row an access to a file')],
    load: async () => (await import('../commands/case/custody.ts')).custodyOf,
  },
  {
    usage: 'hunt [ID...]',
    summary: 'Hunt for replayed and mis-granted tokens, new contexts',
    example: 'mintmark hunt --case incident-42 --hunts my-hunts/',
    options: [
      option(
        '--case <CASE>',
        'folder of the case, or a clickhouse:// or https:// URL; needed but for --list',
      ),
      json(),
      csv('one row a hit'),
      hunts(),
      option('--list', 'list the hunts, run none'),
    ],
    load: async () => (await import('../commands/case/hunt.ts')).hunt,
  },
  {
    usage: 'report',
    summary: 'Write the case as a report, in every form; check one',
    example: 'mintmark report --case incident-42 --out incident-42-report',
    options: [
      option('--case <CASE>', 'folder of the case, or a clickhouse:// or https:// URL; needed'),
      option('--out <DIR>', 'folder to write; it appears whole or not at all; needed'),
      option('--title <TITLE>', 'title of the report (default: Case and its name)'),
      option(
        '--redact <WHAT...>',
        'put pseudonyms in place of names, addresses or both, in every file',
      ).choices(['names', 'addresses']),
      option(
        '--sign <KEY>',
        'sign the MANIFEST with this private key: Ed25519 or EC, PEM, no passphrase',
      ),
      option('--no-pdf', 'do not print report.html to report.pdf where a Chromium is there'),
      option('--force', 'replace the report that DIR holds'),
      json(),
      hunts(),
      ...selection(),
    ],
    children: [
      {
        usage: 'diff <BEFORE> <AFTER>',
        summary: 'Say what two reports say differently; write it as an erratum',
        example: 'mintmark report diff march-report april-report --out erratum',
        options: [
          option('--out <DIR>', 'folder to write the erratum to; it appears whole or not at all'),
          option('--sign <KEY>', 'sign its MANIFEST, as that of a report'),
          json(),
        ],
        load: async () => (await import('../commands/case/report_diff.ts')).reportDiff,
      },
      {
        usage: 'verify <DIR>',
        summary: 'Check a report against its MANIFEST and signature',
        example: 'mintmark report verify incident-42-report --key signer.pub.pem',
        options: [option('--key <FILE>', 'public key that must have signed it (PEM)'), json()],
        load: async () => (await import('../commands/case/report_verify.ts')).reportVerify,
      },
    ],
    load: async () => (await import('../commands/case/report.ts')).report,
  },
  {
    usage: 'ui',
    summary: 'Serve the case to a browser on this machine',
    example: 'mintmark ui --case incident-42',
    options: [
      inCase(),
      option('--port <N>', 'port on 127.0.0.1 (default: any that is free)'),
      option('--as <NAME>', 'under whose name marks are made (default: the user of this machine)'),
      option('--read-only', 'take no marks and no hunts'),
      hunts(),
      option('--json', 'the address as one JSON document'),
    ],
    load: async () => (await import('../commands/case/ui.ts')).ui,
  },
  {
    usage: 'sql <QUERY>',
    summary: 'Put a read-only SQL query to the case',
    example:
      'mintmark sql "SELECT verdict, count() FROM judged GROUP BY verdict" --case incident-42',
    options: [inCase(), option('--json', 'JSON lines, which is the default'), csv('rows')],
    load: async () => (await import('../commands/case/sql.ts')).sql,
  },
  {
    usage: 'scan [FILE|DIR...]',
    summary: 'Find private keys in memory dumps and other files; - is standard input',
    example: 'mintmark scan core.4711 /var/crash --public-key jwks.json old-ca.pem',
    options: [
      publicKeys(),
      option('--deep', 'every alignment, and every place however many look alike'),
      json().conflicts('sarif'),
      option('--sarif', 'one SARIF 2.1.0 log instead of text'),
    ],
    load: async () => (await import('../commands/dumps/scan.ts')).scan,
  },
  {
    usage: 'scrub [FILE]',
    summary: 'Copy a memory dump without its private keys, and prove it',
    example: 'mintmark scrub core.4711 -o core.4711.clean --public-key jwks.json',
    options: [
      option(
        '-o, --out <OUT>',
        'file to write; it appears whole or not at all',
      ).makeOptionMandatory(),
      publicKeys(),
      option('--report <PATH>', 'where the report goes (default: OUT.report.json)'),
      option('--force', 'replace OUT and the report if they are there'),
      option('--published', 'erase published test keys too, which are parts of programs'),
      option('--keep-lesser', 'leave tokens, encrypted keys and keystores'),
      option(
        '--structure-too',
        'erase values of keys in environments and names too, which are left otherwise',
      ),
      option(
        '--accept-cut',
        'write OUT though a search was cut short: for a given key, or among places that look like one',
      ),
      option('--keep-candidates', 'leave what has the shape of a key and nothing proves'),
      json(),
    ],
    load: async () => (await import('../commands/dumps/scrub.ts')).scrub,
  },
  {
    usage: 'replay <SCENARIO>',
    summary: 'Write an incident again as log files, or run it on real parts; with the truth',
    example: 'mintmark replay storm-0558 --out replay-out',
    options: [
      option('--out <DIR>', 'folder to write to; with --live a new one, if left out'),
      option(
        '--live',
        'run it: provider, ledger, guard, Dovecot, users and the forger, on loopback, twice',
      ).conflicts('scale'),
      option('--seed <N>', 'seed of the generator').default('558'),
      option('--scale <X>', 'size of the ordinary life around the incident').default('1'),
      json(),
    ],
    load: async () => (await import('../commands/replay/replay.ts')).replay,
  },
]
