/** What `mintmark trust` can do. @module */
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'
import { TRUST_PROBE_COMMANDS } from './trust_probe_specs.ts'

const option = (flags: string, text: string): Option => new Option(flags, text)
const json = (): Option => option('--json', 'one JSON document instead of text')
const ca = (): Option =>
  option('--ca <FILE>', 'certificates in PEM that are trusted beside the usual ones')
const origins = (): Option =>
  option('--origin <ORIGIN...>', 'other origins on which metadata may name its key set')
/** The names are those of `PROFILES` in the package: listed here, so that help loads nothing. */
const profile = (text: string): Option =>
  option('--profile <NAME>', text).choices(['ir8587-multi-tenant', 'ir8587-tenant', 'on-premises'])
const heads = (): Option =>
  option('--heads <FILE>', 'heads of the record, kept outside of KEYS: an altered record is behind')
const policy = (text: string): Option => option('--policy <FILE>', text)

export const TRUST_COMMANDS: readonly Spec[] = [
  {
    usage: 'record <SOURCE...>',
    summary: 'Write down which keys issuers publish, so that nobody can rewrite it',
    example: 'mintmark trust record https://id.example.org --out keys',
    options: [
      option(
        '--out <KEYS>',
        'folder of the record; it is made or gone on with',
      ).makeOptionMandatory(),
      option('--every <TIME>', 'go on, and look again after each such time: 30s, 5m, 2h'),
      option('--announced <FILE...>', 'key sets of keys that are to come'),
      origins(),
      ca(),
      heads(),
      policy('witnesses that cosign the record: log, witness, group and quorum lines'),
      option('--json', 'each observation as a JSON line'),
    ],
    load: async () => (await import('../commands/trust/trust_record.ts')).trustRecord,
  },
  {
    usage: 'history <KEYS>',
    summary: 'Verify a record, and say when each key was listed, by whom, for what',
    example: 'mintmark trust history keys --key 2023-kid --at 2023-05-15T08:00Z',
    options: [
      option('--key <ID>', 'one key alone: its kid, thumbprint or SPKI SHA-256'),
      option('--at <TIME>', 'was it listed then? With its zone, such as 2023-05-15T08:00Z'),
      profile('rotation is late when a key is listed for longer'),
      heads(),
      option('--checkpoint <FILE>', 'a checkpoint that record printed: the record must extend it'),
      policy('whose cosignatures count: log, witness, group and quorum lines'),
      json().conflicts(['ssf', 'federation']),
      option('--ssf', 'alarms as claims of security event tokens (RFC 8417), one a line'),
      option(
        '--federation <ISSUER>',
        'keys that the issuer lists no more, as OpenID Federation has them',
      ).conflicts('ssf'),
    ],
    load: async () => (await import('../commands/trust/trust_history.ts')).trustHistory,
  },
  {
    usage: 'audit <SOURCE...>',
    summary: 'Find weak, stale, shared and pinned keys; compare with NIST rows',
    example: 'mintmark trust audit keys --profile ir8587-tenant --source-tree src',
    options: [
      profile('how long a signing key may be in use'),
      option('--source-tree <DIR>', 'look there for keys, hashes and kids that are written in'),
      option('--ledger <LEDGER>', 'a ledger of issued tokens: how long they live, which keys sign'),
      option('--receipts <FILE>', "a guard's receipts of them: claims, bound keys, revocations"),
      option('--blocklist <FILE>', 'known private keys, a blocklist.dat of badkeys'),
      origins(),
      ca(),
      json().conflicts('sarif'),
      option('--sarif', 'one SARIF 2.1.0 log instead of text'),
    ],
    load: async () => (await import('../commands/trust/trust_audit.ts')).trustAudit,
  },
  {
    usage: 'lint <DIR>',
    summary: 'Find verifiers in source and configuration that accept too much',
    example: 'mintmark trust lint . --sarif > lint.sarif',
    options: [
      option('--all', 'also dependencies, built files and tests'),
      option('--allow <FILE>', 'findings that are known, each with a reason and an end'),
      json().conflicts('sarif'),
      option('--sarif', 'one SARIF 2.1.0 log instead of text'),
    ],
    load: async () => (await import('../commands/trust/trust_lint.ts')).trustLint,
  },
  ...TRUST_PROBE_COMMANDS,
]
