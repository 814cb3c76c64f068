/**
 * All commands, by what somebody wants to do.
 *
 * @module
 */
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'

import { CASE_COMMANDS, REPORT_COMMANDS } from './case_specs.ts'
import { DUMP_COMMANDS } from './dump_specs.ts'
import { GATE_COMMANDS } from './gate_specs.ts'
import { GUARD_COMMANDS } from './guard_specs.ts'
import { LEDGER_COMMANDS } from './ledger_specs.ts'
import { TRUST_COMMANDS } from './trust_specs.ts'

export interface Task {
  /** As help shows it. */
  readonly heading: string
  readonly commands: readonly Spec[]
}

const GATE: Spec = {
  usage: 'gate',
  summary: 'Scrub cores between the crash and the disk',
  options: [],
  children: GATE_COMMANDS,
}
const LEDGER: Spec = {
  usage: 'ledger',
  summary: 'Keep, serve, prove and audit the record of issued tokens',
  options: [],
  children: LEDGER_COMMANDS,
}
const GUARD: Spec = {
  usage: 'guard',
  summary: 'Refuse tokens that no ledger recorded, and raise an alarm',
  options: [],
  children: GUARD_COMMANDS,
}
const TRUST: Spec = {
  usage: 'trust',
  summary: 'Show which keys are trusted by whom, and for how long',
  options: [],
  children: TRUST_COMMANDS,
}

const option = (flags: string, text: string): Option => new Option(flags, text)
const json = (): Option => option('--json', 'one JSON document instead of text')

/** As `@mintmark/replay/front-end` has them, which is loaded by the command alone. */
const MEASURES = ['none', 'rotation', 'class-check', 'guard']

const REPLAY: Spec = {
  usage: 'replay <SCENARIO>',
  summary: 'Replay an incident as log files, or live on real services; with the truth',
  example: 'mintmark replay storm-0558 --out replay-out',
  options: [
    option('--out <DIR>', 'folder to write to; with --live a new one, if left out'),
    option(
      '--live',
      'run it: provider, ledger, guard, Dovecot, users and the forger, on loopback, twice',
    ).conflicts('scale'),
    option(
      '--front-end <STATE>',
      'serve the mail front end with the merged key set, for trust probe',
    )
      .choices(['2023', 'fixed'])
      .conflicts(['live', 'with', 'scale']),
    option('--port <N>', 'port of the front end on 127.0.0.1 (default: any that is free)'),
    option('--with [MEASURE...]', 'print what would have stayed unread with these measures')
      .choices([...MEASURES, 'all'])
      .conflicts(['live', 'out']),
    option(
      '--rotation-age <DAYS>',
      'age at which rotation retires a key (default: when its certificate ends)',
    ),
    option('--seed <N>', 'seed of the generator').default('558'),
    option('--scale <X>', 'size of the baseline activity around the incident').default('1'),
    json(),
  ],
  load: async () => (await import('../commands/replay/replay.ts')).replay,
}

/** Heading of what is about the program itself. */
export const SET_UP = 'Try it, set it up:'

export const TASKS: readonly Task[] = [
  { heading: 'Investigate a breach:', commands: CASE_COMMANDS },
  { heading: 'Report a case:', commands: REPORT_COMMANDS },
  { heading: 'Find and remove keys in dumps:', commands: [...DUMP_COMMANDS, GATE] },
  { heading: 'Record tokens, and refuse the others:', commands: [LEDGER, GUARD] },
  { heading: 'Test who trusts which key:', commands: [TRUST] },
  { heading: SET_UP, commands: [REPLAY] },
]

/** Every command as it is called, those below others among them: `gate status`. */
export function commandNames(): string[] {
  const named = (specs: readonly Spec[], above: string): string[] =>
    specs.flatMap(({ usage, load, children = [] }) => {
      const name = `${above}${usage.split(' ')[0] ?? ''}`
      return [...(load === undefined ? [] : [name]), ...named(children, `${name} `)]
    })
  return TASKS.flatMap(({ commands }) => named(commands, ''))
}
