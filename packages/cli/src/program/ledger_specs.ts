/** What `mintmark ledger` can do. @module */
import type { Spec } from '../process/command.ts'
import { JSON_DOCUMENT, JSON_LINES, option, required } from './spec_options.ts'

const POLICY = '--policy <FILE>  whose signatures count: log, witness, group and quorum lines'
const TOKEN = '--token <FILE>  file with the token or its signing input; - for standard input'

export const LEDGER_COMMANDS: readonly Spec[] = [
  {
    usage: 'init <DIR>',
    isData: true,
    summary: 'Make a ledger, or a witness, and its key; prints the verifier key',
    example:
      'mintmark ledger init LEDGER --name ledger.example.org --issuer main=https://id.example.org',
    options: [
      required('--name <NAME>  its name: a URL without scheme'),
      '--issuer <ALIAS=URL...>  issuers that it records, with a short name for each',
      option('--period <PERIOD>  how long a shard accepts entries: hour, day, month, year').default(
        'day',
      ),
      option('--lifetime <SECONDS>  longest lifetime of a token').default('3600'),
      option('--skew <SECONDS>  how far clocks may differ').default('60'),
      '--retention <DAYS>  delete entries when they are older (default: never)',
      '--store <URL>  store the record in this PostgreSQL database, postgres://…; DIR has the keys',
      '--witness  make a witness instead',
      '--log <VKEY...>  keys of the ledgers that the witness watches',
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/ledger/ledger_init.ts')).ledgerInit,
  },
  {
    usage: 'serve <DIR>',
    summary: 'Serve a ledger or a witness over HTTP',
    example: 'mintmark ledger serve LEDGER --heads /var/lib/mintmark/heads',
    options: [
      option('--host <ADDRESS>  address to listen on').default('127.0.0.1'),
      option('--port <PORT>  port to listen on; 0 for any').default('8470'),
      '--issuers-port <PORT>  a separate port for entries, which readers cannot fill; 0 for any',
      '--heads <FILE>  file for the highest heads, outside of DIR and its backups',
      POLICY,
      '--confirm-clock <TIME>  the time by another clock, such as 2026-11-25T08:30Z, if the ledger does not trust its own',
      '--nats <URL>  publish to JetStream at nats://HOST:PORT',
      option('--nats-stream <NAME>  name of its stream').default('mintmark'),
      '--nats-credentials <FILE>  credentials of a NATS user',
      '--json  the address and warnings, as JSON lines',
    ],
    load: async () => (await import('../commands/ledger/ledger_serve.ts')).ledgerServe,
  },
  {
    usage: 'prove <DIR|URL>',
    isData: true,
    summary: 'Print the proof that a token is recorded',
    example: 'mintmark ledger prove LEDGER --token token.txt > token.tlog-proof',
    options: [
      TOKEN,
      '--shard <PATH>  instead of a token: a shard, such as main/2026-11-25',
      '--index <N>  and the number of an entry in it',
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/ledger/ledger_prove.ts')).ledgerProve,
  },
  {
    usage: 'verify <PROOF>',
    summary: 'Check offline that a proof shows a token to be recorded',
    example: 'mintmark ledger verify token.tlog-proof --token token.txt --policy policy.txt',
    options: [required(TOKEN), required(POLICY), JSON_DOCUMENT],
    load: async () => (await import('../commands/ledger/ledger_verify.ts')).ledgerVerify,
  },
  {
    usage: 'audit <DIR|URL>',
    summary: 'Check a ledger from outside: append-only, complete, as others saw it?',
    example:
      'mintmark ledger audit https://ledger.example.org --policy policy.txt --remember heads',
    options: [
      POLICY,
      '--seen <FILE...>  checkpoints, or files of heads, that others have seen',
      '--remember <FILE>  require the heads in this file, and store the new ones if all is well',
      '--front-ends <FILE>  public keys in PEM: report each token that none of these front ends asked for',
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/ledger/ledger_audit.ts')).ledgerAudit,
  },
  {
    usage: 'keys <DIR|URL>',
    isData: true,
    summary: 'Print the verifier key of each shard, for other tlog clients',
    example: 'mintmark ledger keys LEDGER > keys.txt',
    options: [JSON_LINES],
    load: async () => (await import('../commands/ledger/ledger_entries.ts')).ledgerKeys,
  },
  {
    usage: 'tail <DIR|URL>',
    isData: true,
    summary: 'Print the newest entries',
    example: 'mintmark ledger tail LEDGER --follow --json',
    options: [
      option('--lines <N>  how many of each issuer').default('10'),
      '--follow  go on until interrupted',
      JSON_LINES,
    ],
    load: async () => (await import('../commands/ledger/ledger_entries.ts')).ledgerTail,
  },
  {
    usage: 'export <DIR|URL>',
    isData: true,
    summary: 'Print all issuances as evidence for mintmark investigate',
    example: 'mintmark ledger export LEDGER --tenant agency > issuances.ndjson',
    options: [
      '--tenant <TENANT...>  tenant of the tokens, for all issuers or as ALIAS=TENANT',
      '--openings <FILE>  openings of the entries, as the issuer stored them; each is checked',
      '--json  JSON lines (the default)',
    ],
    load: async () => (await import('../commands/ledger/ledger_entries.ts')).ledgerExport,
  },
]
