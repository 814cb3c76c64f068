/**
 * What `mintmark gate` can do, as the command line knows it.
 *
 * @module
 */
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'

const option = (flags: string, text: string): Option => new Option(flags, text)
const hidden = (flags: string, text: string): Option => option(flags, text).hideHelp()

const json = (): Option => option('--json', 'one JSON document instead of text')
const spool = (): Option => option('--spool <DIR>', 'folder that scrubbed cores are written to')
const publicKeys = (): Option =>
  option(
    '--public-key <FILE...>',
    'look for the private half of these public keys too; several files, and repeatable',
  ).default([], 'those in the core')

/** Bounds of one core, and how it is written. */
const bounds = (): Option[] => [
  option(
    '--accept-cut',
    'write a core although the search for a given key was cut short; its report says so',
  ),
  option(
    '--max-memory <SIZE>',
    'bytes of all cores together held in memory, the rest in encrypted files',
  ).default('auto', 'a quarter of what is available, at most 4G'),
  option('--max-size <SIZE>', 'a core larger than this, zeros included, is not taken').default(
    '64G',
  ),
  option(
    '--max-at-once <N>',
    'cores received or waiting at once, half of them of one program; one more is not taken',
  ).default('32'),
  option('--keep-free <SIZE>', "of the spool's disk, or else nothing is taken").default(
    'auto',
    'a tenth, at most 4G',
  ),
  option('--compress <HOW>', 'what packs a scrubbed core')
    .choices(['zstd', 'gzip'])
    .default('zstd'),
]

/** Where the gate keeps what it remembers, and the kernel its settings. */
const places = (): Option[] => [
  option('--state <DIR>', 'folder of the gate itself').default('/var/lib/mintmark'),
  hidden('--proc-sys <DIR>', 'stands for /proc/sys/kernel').default('/proc/sys/kernel'),
]

export const GATE_COMMANDS: readonly Spec[] = [
  {
    usage: 'install',
    summary: 'Set kernel.core_pattern, so that each core goes through the gate (Linux, root)',
    example: 'mintmark gate install --spool /var/spool/mintmark --public-key jwks.json',
    options: [
      spool().makeOptionMandatory(),
      publicKeys(),
      ...bounds(),
      option('--ignore-limits', 'take cores of processes too that have a core limit of 0'),
      ...places(),
      json(),
    ],
    load: async () => (await import('../commands/dumps/gate_install.ts')).gateInstall,
  },
  {
    usage: 'uninstall',
    summary: 'Restore the kernel.core_pattern from before',
    example: 'mintmark gate uninstall',
    options: [...places(), json()],
    load: async () => (await import('../commands/dumps/gate_install.ts')).gateUninstall,
  },
  {
    usage: 'status',
    summary: 'Show whether the gate is installed, and what it took (1: it needs attention)',
    example: 'mintmark gate status --json',
    options: [...places(), json()],
    load: async () => (await import('../commands/dumps/gate_install.ts')).gateStatusOf,
  },
  {
    usage: 'receive [ARGUMENT...]',
    summary: 'Take one core from standard input',
    example: 'mintmark gate receive --spool spool/ < core.4711',
    options: [
      spool(),
      publicKeys(),
      ...bounds(),
      option('--check', 'take no core; check that a core dump would be scrubbed and written'),
      hidden('--dropped <JSON>', 'the file that the core comes from'),
      json(),
    ],
    load: async () => (await import('../commands/dumps/gate_receive.ts')).gateReceive,
  },
  {
    usage: 'watch [DIR]',
    summary: 'Take dumps that another system drops into a folder',
    example:
      'mintmark gate watch /var/lib/systemd/coredump --spool /var/spool/mintmark --raw remove',
    options: [
      spool().makeOptionMandatory(),
      option('--raw <WHAT>', 'what becomes of a raw dump once its core is in the spool')
        .choices(['remove', 'keep'])
        .makeOptionMandatory(),
      publicKeys(),
      ...bounds(),
      option('--settle <SECONDS>', 'a dump is whole once it has not changed for so long').default(
        '5',
      ),
      option('--once', 'take what is there, and end'),
      json(),
    ],
    load: async () => (await import('../commands/dumps/gate_watch.ts')).gateWatch,
  },
]
