/**
 * What can be done with a memory dump, as the command line knows it.
 *
 * @module
 */
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'

const option = (flags: string, text: string): Option => new Option(flags, text)
const json = (): Option => option('--json', 'one JSON document instead of text')

/** Of a command that looks for their private halves. */
const publicKeys = (): Option =>
  option(
    '--public-key <FILE...>',
    'look for the private half of these public keys too: JWKS, JWK, a JSON map of kid to PEM, certificates, PKCS#7, certificate requests, SPKI, OpenSSH lines, recipients of age, PEM or DER; several files, and repeatable. Name the dump before it, or behind a --',
  ).default([], 'those in the dump')

export const DUMP_COMMANDS: readonly Spec[] = [
  {
    usage: 'scan [FILE|DIR...]',
    summary: 'Find private keys in memory dumps and other files; - is standard input',
    example: 'mintmark scan core.4711 /var/crash --public-key jwks.json old-ca.pem',
    options: [
      publicKeys(),
      option('--deep', 'every alignment, and every location however many look alike'),
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
        'write OUT although a search was cut short: for a given key, or among locations that look like one',
      ),
      option('--keep-candidates', 'leave unverified keys'),
      json(),
    ],
    load: async () => (await import('../commands/dumps/scrub.ts')).scrub,
  },
]
