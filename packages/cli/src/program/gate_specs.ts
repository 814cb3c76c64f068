/** What `mintmark gate` can do, as the command line knows it. @module */
import type { Option } from 'commander'
import type { Spec } from '../process/command.ts'
import { JSON_DOCUMENT, option, publicKeys, required } from './spec_options.ts'

const SPOOL = '--spool <DIR>  folder that scrubbed cores are written to'

/** Limits of one core, and how it is written. */
const LIMITS: readonly (Option | string)[] = [
  publicKeys(
    'search for the private halves of these public keys too; several files, repeatable',
    'those in the core',
  ),
  '--accept-cut  write a core although the search for a given key was cut short; its report says so',
  option(
    '--max-memory <SIZE>  most bytes of all cores in memory; the rest goes into encrypted files',
  ).default('auto', 'a quarter of what is available, at most 4G'),
  option('--max-size <SIZE>  refuse larger cores, zeros included').default('64G'),
  option(
    '--max-at-once <N>  most cores received or waiting at once, half of them of one program',
  ).default('32'),
  option('--keep-free <SIZE>  refuse cores if the disk of the spool has less than this').default(
    'auto',
    'a tenth, at most 4G',
  ),
  option('--compress <HOW>  how a scrubbed core is compressed')
    .choices(['zstd', 'gzip'])
    .default('zstd'),
]

/** Where the gate stores its state, and the kernel its settings. */
const FOLDERS: readonly Option[] = [
  option('--state <DIR>  folder of the state of the gate').default('/var/lib/mintmark'),
  option('--proc-sys <DIR>  replaces /proc/sys/kernel').hideHelp().default('/proc/sys/kernel'),
]

export const GATE_COMMANDS: readonly Spec[] = [
  {
    usage: 'install',
    summary: 'Set kernel.core_pattern, so that each core goes through the gate (Linux, root)',
    example: 'mintmark gate install --spool /var/spool/mintmark --public-key jwks.json',
    options: [
      required(SPOOL),
      ...LIMITS,
      '--ignore-limits  also accept cores of processes whose core limit is 0',
      ...FOLDERS,
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/dumps/gate_install.ts')).gateInstall,
  },
  {
    usage: 'uninstall',
    summary: 'Restore the kernel.core_pattern from before',
    example: 'mintmark gate uninstall',
    options: [...FOLDERS, JSON_DOCUMENT],
    load: async () => (await import('../commands/dumps/gate_install.ts')).gateUninstall,
  },
  {
    usage: 'status',
    summary: 'Show whether the gate is installed, and its cores (1: it needs attention)',
    example: 'mintmark gate status --json',
    options: [...FOLDERS, JSON_DOCUMENT],
    load: async () => (await import('../commands/dumps/gate_install.ts')).gateStatusOf,
  },
  {
    usage: 'receive [ARGUMENT...]',
    summary: 'Receive one core from standard input',
    example: 'mintmark gate receive --spool spool/ < core.4711',
    options: [
      SPOOL,
      ...LIMITS,
      '--check  receive no core; check that a core dump would be scrubbed and written',
      option('--dropped <JSON>  the file that the core comes from').hideHelp(),
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/dumps/gate_receive.ts')).gateReceive,
  },
  {
    usage: 'watch [DIR]',
    summary: 'Receive dumps that another system writes into a folder',
    example:
      'mintmark gate watch /var/lib/systemd/coredump --spool /var/spool/mintmark --raw remove',
    options: [
      required(SPOOL),
      required('--raw <WHAT>  what to do with a raw dump once its core is in the spool').choices([
        'remove',
        'keep',
      ]),
      ...LIMITS,
      option('--settle <SECONDS>  a dump is complete once it is unchanged for so long').default(
        '5',
      ),
      '--once  receive what is there, and end',
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/dumps/gate_watch.ts')).gateWatch,
  },
]
