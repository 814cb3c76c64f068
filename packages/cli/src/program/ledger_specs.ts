/** What `mintmark ledger` can do. @module */
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'

const option = (flags: string, text: string): Option => new Option(flags, text)
const json = (): Option => option('--json', 'one JSON document instead of text')
const policy = (): Option =>
  option('--policy <FILE>', 'whose signatures count: log, witness, group and quorum lines')
const token = (): Option =>
  option('--token <FILE>', 'file with the token or its signing input; - for standard input')

export const LEDGER_COMMANDS: readonly Spec[] = [
  {
    usage: 'init <DIR>',
    isData: true,
    summary: 'Make a ledger, or a witness, and its key; prints the key that verifies',
    example:
      'mintmark ledger init LEDGER --name ledger.example.org --issuer main=https://id.example.org',
    options: [
      option('--name <NAME>', 'its name: a URL without scheme').makeOptionMandatory(),
      option('--issuer <ALIAS=URL...>', 'issuers that it records, with a short name for each'),
      option(
        '--period <PERIOD>',
        'for how long a shard takes entries: hour, day, month, year',
      ).default('day'),
      option('--lifetime <SECONDS>', 'longest life of a token').default('3600'),
      option('--skew <SECONDS>', 'how far clocks may differ').default('60'),
      option('--retention <DAYS>', 'take entries away when they are older (default: never)'),
      option(
        '--store <URL>',
        'keep the record in this PostgreSQL database, postgres://…; DIR has the keys',
      ),
      option('--witness', 'make a witness instead'),
      option('--log <VKEY...>', 'keys of the ledgers that the witness watches'),
      json(),
    ],
    load: async () => (await import('../commands/ledger/ledger_init.ts')).ledgerInit,
  },
  {
    usage: 'serve <DIR>',
    summary: 'Serve a ledger or a witness over HTTP',
    example: 'mintmark ledger serve LEDGER --heads /var/lib/mintmark/heads',
    options: [
      option('--host <ADDRESS>', 'address to listen on').default('127.0.0.1'),
      option('--port <PORT>', 'port to listen on; 0 for any').default('8470'),
      option(
        '--issuers-port <PORT>',
        'a port of its own for entries, which readers cannot fill; 0 for any',
      ),
      option(
        '--heads <FILE>',
        'file, outside of DIR and its back-ups, that keeps the highest heads',
      ),
      policy(),
      option(
        '--confirm-clock <TIME>',
        'the time by another clock, such as 2026-11-25T08:30Z, where the ledger doubts its own',
      ),
      option('--nats <URL>', 'hand publications on to JetStream at nats://HOST:PORT'),
      option('--nats-stream <NAME>', 'name of its stream').default('mintmark'),
      option('--nats-credentials <FILE>', 'credentials of a NATS user'),
      option('--json', 'the address, and what is worth a warning, as JSON lines'),
    ],
    load: async () => (await import('../commands/ledger/ledger_serve.ts')).ledgerServe,
  },
  {
    usage: 'prove <DIR|URL>',
    isData: true,
    summary: 'Print the proof that a token is recorded',
    example: 'mintmark ledger prove LEDGER --token token.txt > token.tlog-proof',
    options: [
      token(),
      option('--shard <PATH>', 'instead of a token: a shard, such as main/2026-11-25'),
      option('--index <N>', 'and the number of an entry in it'),
      json(),
    ],
    load: async () => (await import('../commands/ledger/ledger_prove.ts')).ledgerProve,
  },
  {
    usage: 'verify <PROOF>',
    summary: 'Check offline that a proof shows a token to be recorded',
    example: 'mintmark ledger verify token.tlog-proof --token token.txt --policy policy.txt',
    options: [token().makeOptionMandatory(), policy().makeOptionMandatory(), json()],
    load: async () => (await import('../commands/ledger/ledger_verify.ts')).ledgerVerify,
  },
  {
    usage: 'audit <DIR|URL>',
    summary: 'Walk a ledger from outside: append-only, complete, as others saw it?',
    example:
      'mintmark ledger audit https://ledger.example.org --policy policy.txt --remember heads',
    options: [
      policy(),
      option('--seen <FILE...>', 'checkpoints, or files of heads, that others have seen'),
      option(
        '--remember <FILE>',
        'demand the heads in this file, and keep the new ones if all holds',
      ),
      option(
        '--front-ends <FILE>',
        'public keys in PEM: report each token that none of these front ends asked for',
      ),
      json(),
    ],
    load: async () => (await import('../commands/ledger/ledger_audit.ts')).ledgerAudit,
  },
  {
    usage: 'keys <DIR|URL>',
    isData: true,
    summary: 'Print the verifier key of each shard, for other tlog clients',
    example: 'mintmark ledger keys LEDGER > keys.txt',
    options: [option('--json', 'JSON lines')],
    load: async () => (await import('../commands/ledger/ledger_keys.ts')).ledgerKeys,
  },
  {
    usage: 'tail <DIR|URL>',
    isData: true,
    summary: 'Print the newest entries',
    example: 'mintmark ledger tail LEDGER --follow --json',
    options: [
      option('--lines <N>', 'how many of each issuer').default('10'),
      option('--follow', 'go on until interrupted'),
      option('--json', 'JSON lines'),
    ],
    load: async () => (await import('../commands/ledger/ledger_tail.ts')).ledgerTail,
  },
  {
    usage: 'export <DIR|URL>',
    isData: true,
    summary: 'Print all issuances as evidence for mintmark investigate',
    example: 'mintmark ledger export LEDGER --tenant agency > issuances.ndjson',
    options: [
      option('--tenant <TENANT...>', 'tenant of the tokens, for all issuers or as ALIAS=TENANT'),
      option('--openings <FILE>', 'what the issuer kept to open its entries, checked against them'),
      option('--json', 'JSON lines, which is the default'),
    ],
    load: async () => (await import('../commands/ledger/ledger_export.ts')).ledgerExport,
  },
]
