/** All commands, by what somebody wants to do. @module */
import type { Spec } from '../process/command.ts'
import { CASE_COMMANDS, REPORT_COMMANDS } from './case_specs.ts'
import { DUMP_COMMANDS } from './dump_specs.ts'
import { GATE_COMMANDS } from './gate_specs.ts'
import { GUARD_COMMANDS } from './guard_specs.ts'
import { LEDGER_COMMANDS } from './ledger_specs.ts'
import { JSON_DOCUMENT, option } from './spec_options.ts'
import { TRUST_COMMANDS } from './trust_specs.ts'

export interface Task {
  /** As help shows it. */
  readonly heading: string
  readonly commands: readonly Spec[]
}

/** As `@mintmark/replay/front-end` has them, which is loaded by the command alone. */
const MEASURES = ['none', 'rotation', 'class-check', 'guard']

const REPLAY: Spec = {
  usage: 'replay <SCENARIO>',
  summary: 'Replay an incident as log files, or live on real services; with the truth',
  example: 'mintmark replay storm-0558 --out replay-out',
  options: [
    '--out <DIR>  folder to write to (default with --live: a new one)',
    option(
      '--live  run it: provider, ledger, guard, Dovecot, users and the forger, on loopback, twice',
    ).conflicts('scale'),
    option('--front-end <STATE>  serve the mail front end with the merged key set, for trust probe')
      .choices(['2023', 'fixed'])
      .conflicts(['live', 'with', 'scale']),
    '--port <N>  port of the front end on 127.0.0.1 (default: any free port)',
    option('--with [MEASURE...]  print what would have stayed unread with these measures')
      .choices([...MEASURES, 'all'])
      .conflicts(['live', 'out']),
    '--rotation-age <DAYS>  age at which rotation retires a key (default: when its certificate ends)',
    option('--seed <N>  seed of the generator').default('558'),
    option('--scale <X>  size of the baseline activity around the incident').default('1'),
    JSON_DOCUMENT,
  ],
  load: async () => (await import('../commands/replay/replay.ts')).replay,
}

const group = (usage: string, summary: string, children: readonly Spec[]): Spec => ({
  usage,
  summary,
  children,
})

/** Heading of what is about the program itself. */
export const SET_UP = 'Try it, set it up:'

export const TASKS: readonly Task[] = [
  { heading: 'Investigate a breach:', commands: CASE_COMMANDS },
  { heading: 'Report a case:', commands: REPORT_COMMANDS },
  {
    heading: 'Find and remove keys in dumps:',
    commands: [
      ...DUMP_COMMANDS,
      group('gate', 'Scrub cores between the crash and the disk', GATE_COMMANDS),
    ],
  },
  {
    heading: 'Record tokens, and refuse the others:',
    commands: [
      group('ledger', 'Store, serve, prove and audit the record of issued tokens', LEDGER_COMMANDS),
      group('guard', 'Refuse tokens that no ledger recorded, and raise an alarm', GUARD_COMMANDS),
    ],
  },
  {
    heading: 'Test who trusts which key:',
    commands: [
      group('trust', 'Show which keys are trusted by whom, and for how long', TRUST_COMMANDS),
    ],
  },
  { heading: SET_UP, commands: [REPLAY] },
]

/** Every command as it is called, those below others included: `gate status`. */
export function commandNames(): string[] {
  const named = (specs: readonly Spec[], above: string): string[] =>
    specs.flatMap(({ usage, load, children = [] }) => {
      const name = `${above}${usage.split(' ')[0] ?? ''}`
      return [...(load === undefined ? [] : [name]), ...named(children, `${name} `)]
    })
  return TASKS.flatMap(({ commands }) => named(commands, ''))
}
