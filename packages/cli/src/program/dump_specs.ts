/** What can be done with a memory dump, as the command line knows it. @module */
import type { Spec } from '../process/command.ts'
import { JSON_DOCUMENT, JSON_OR_SARIF, publicKeys, required } from './spec_options.ts'

const PUBLIC_KEYS = publicKeys(
  'search for the private halves of these public keys too; several files, repeatable. Formats: JWKS, JWK, a JSON map of kid to PEM, certificates, PKCS#7, certificate requests, SPKI, OpenSSH lines, age recipients. PEM or DER. Name the dump first, or after --',
  'those in the dump',
)

export const DUMP_COMMANDS: readonly Spec[] = [
  {
    usage: 'scan [FILE|DIR...]',
    summary: 'Find private keys in memory dumps and other files; - is standard input',
    example: 'mintmark scan core.4711 /var/crash --public-key jwks.json old-ca.pem',
    options: [
      PUBLIC_KEYS,
      '--deep  every alignment, and every location, however many look alike',
      ...JSON_OR_SARIF,
    ],
    load: async () => (await import('../commands/dumps/scan.ts')).scan,
  },
  {
    usage: 'scrub [FILE]',
    summary: 'Copy a memory dump without its private keys, and verify the copy',
    example: 'mintmark scrub core.4711 -o core.4711.clean --public-key jwks.json',
    options: [
      required('-o, --out <OUT>  file to write; it appears complete or not at all'),
      PUBLIC_KEYS,
      '--report <PATH>  where the report goes (default: OUT.report.json)',
      '--force  replace OUT and the report if they exist',
      '--published  erase published test keys too, which are parts of programs',
      '--keep-lesser  leave tokens, encrypted keys and key stores',
      '--structure-too  erase key values in environment variables and names too (default: left)',
      '--accept-cut  write OUT although a search was cut short: for a given key, or among locations that look like one',
      '--keep-candidates  leave unverified keys',
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/dumps/scrub.ts')).scrub,
  },
]
