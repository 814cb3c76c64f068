/** What `mintmark trust` can do. @module */
import type { Option } from 'commander'
import type { Spec } from '../process/command.ts'
import { JSON_DOCUMENT, JSON_OR_SARIF, option, required } from './spec_options.ts'
import { TRUST_PROBE_COMMANDS } from './trust_probe_specs.ts'

const CA = '--ca <FILE>  certificates in PEM to trust, in addition to the usual ones'
const ORIGINS = '--origin <ORIGIN...>  other origins on which metadata may name its key set'
/** The names are those of `PROFILES` in the package: listed here, so that help loads nothing. */
const profile = (text: string): Option =>
  option(`--profile <NAME>  ${text}`).choices([
    'ir8587-multi-tenant',
    'ir8587-tenant',
    'on-premises',
  ])
const HEADS =
  '--heads <FILE>  heads of the record, stored outside of KEYS: they reveal an altered record'
const ALLOW = '--allow <FILE>  known findings, each with a reason and an end date'

export const TRUST_COMMANDS: readonly Spec[] = [
  {
    usage: 'record <SOURCE...>',
    summary: 'Record which keys issuers publish, so that nobody can rewrite it',
    example: 'mintmark trust record https://id.example.org --out keys',
    options: [
      required('--out <KEYS>  folder of the record; it is made or continued'),
      '--every <TIME>  repeat after each such time: 30s, 5m, 2h',
      '--announced <FILE...>  key sets of announced keys',
      ORIGINS,
      CA,
      HEADS,
      '--policy <FILE>  witnesses that cosign the record: log, witness, group and quorum lines',
      '--json  each observation as a JSON line',
    ],
    load: async () => (await import('../commands/trust/trust_record.ts')).trustRecord,
  },
  {
    usage: 'history <KEYS>',
    summary: 'Verify a record, and show when each key was listed, by whom, for what',
    example: 'mintmark trust history keys --key 2023-kid --at 2023-05-15T08:00Z',
    options: [
      '--key <ID>  one key alone: its kid, thumbprint or SPKI SHA-256',
      '--at <TIME>  was it listed then? With its zone, such as 2023-05-15T08:00Z',
      profile('rotation is late when a key is listed for longer'),
      HEADS,
      '--checkpoint <FILE>  a checkpoint that record printed: the record must extend it',
      '--policy <FILE>  whose cosignatures count: log, witness, group and quorum lines',
      option(JSON_DOCUMENT).conflicts(['ssf', 'federation']),
      '--ssf  alarms as claims of security event tokens (RFC 8417), one a line',
      option(
        '--federation <ISSUER>  keys that the issuer no longer lists, in the format of OpenID Federation',
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
      '--source-tree <DIR>  search there for pinned keys, hashes and kids',
      '--ledger <LEDGER>  a ledger of issued tokens: how long they live, which keys sign',
      "--receipts <FILE>  a guard's receipts of them: claims, bound keys, revocations",
      '--blocklist <FILE>  known private keys, a blocklist.dat of badkeys',
      ORIGINS,
      CA,
      ...JSON_OR_SARIF,
    ],
    load: async () => (await import('../commands/trust/trust_audit.ts')).trustAudit,
  },
  {
    usage: 'lint <DIR>',
    summary: 'Find verifiers in source and configuration that accept too much',
    example: 'mintmark trust lint . --sarif > lint.sarif',
    options: ['--all  also dependencies, built files and tests', ALLOW, ...JSON_OR_SARIF],
    load: async () => (await import('../commands/trust/trust_lint.ts')).trustLint,
  },
  ...TRUST_PROBE_COMMANDS,
]
