/** What can be done with a case, as the command line knows it. @module */
import type { Spec } from '../process/command.ts'
import { JSON_DOCUMENT, option, required } from './spec_options.ts'

const IN_CASE = required('--case <CASE>  folder of the case, or a clickhouse:// or https:// URL')
const csv = (what: string): string => `--csv  ${what} as CSV`
const HUNTS =
  '--hunts <DIR...>  folders with your own hunts (.sql), in addition to the built-in ones'
const DIRECTORY = '--directory <FILE...>  more files to read: who belongs to which organisation'
const THREADS = '--threads <N>  worker threads that read files (default: one a core)'

/** Values of one option are alternatives, different options narrow each other. */
const SELECTION: readonly string[] = [
  '--all  every access, whatever its verdict',
  '--session <ID...>  accesses of these sessions',
  '--token <ID...>  accesses with these token ids, in any spelling',
  '--ip <ADDRESS...>  accesses from these addresses or networks (CIDR)',
  '--app <ID...>  accesses of these application ids',
  '--principal <NAME...>  accesses by these principals (UPN or object id)',
  '--mailbox <NAME...>  accesses to these mailboxes',
  '--operation <NAME...>  accesses by these operations, such as MailItemsAccessed',
  '--from <TIME>  accesses at or after this time (ISO 8601, UTC if it names no zone)',
  '--to <TIME>  accesses before this time',
  '--attacker <FILE>  accesses that match a list of indicators, one a line',
]

/** Read evidence, and query it. */
export const CASE_COMMANDS: readonly Spec[] = [
  {
    usage: 'investigate <FILE|DIR...>',
    summary: 'Read logs and answer: whose mail, how much, since when, how sure',
    example: 'mintmark investigate exports/ --case incident-42',
    options: [
      '--case <CASE>  folder or URL of the case (default: ./mintmark-case-… named after the input)',
      JSON_DOCUMENT,
      '--no-scan  do not search memory dumps among the files for keys',
      HUNTS,
      DIRECTORY,
      THREADS,
      ...SELECTION,
    ],
    load: async () => (await import('../commands/case/investigate.ts')).investigate,
  },
  {
    usage: 'doctor <FILE|DIR...>',
    summary: 'List what exports can answer, and what to export next; makes no case',
    example: 'mintmark doctor exports/',
    options: [JSON_DOCUMENT],
    load: async () => (await import('../commands/case/doctor.ts')).doctor,
  },
  {
    usage: 'ingest <FILE|DIR...>',
    summary: 'Read logs into a case, exactly once',
    example: 'mintmark ingest exports/ directory.csv --case incident-42',
    options: [IN_CASE, JSON_DOCUMENT, DIRECTORY, THREADS],
    load: async () => (await import('../commands/case/ingest.ts')).ingestFiles,
  },
  {
    usage: 'evidence',
    summary: 'List the files of a case: rows, duplicates, rejects, gaps',
    example: 'mintmark evidence --case incident-42',
    options: [IN_CASE, JSON_DOCUMENT, '--rejects  every reject with file, line and reason'],
    load: async () => (await import('../commands/case/contents.ts')).evidence,
  },
  {
    usage: 'coverage',
    summary: 'Show what each log could have shown, by tenant, field and hour',
    example: 'mintmark coverage --case incident-42',
    options: [IN_CASE, JSON_DOCUMENT],
    load: async () => (await import('../commands/case/contents.ts')).coverage,
  },
  {
    usage: 'verdicts',
    summary: 'Count verdicts, list tokens nobody issued, export every access',
    example: 'mintmark verdicts --case incident-42 --csv > verdicts.csv',
    options: [IN_CASE, JSON_DOCUMENT, csv('one row an access')],
    load: async () => (await import('../commands/case/verdicts.ts')).verdicts,
  },
  {
    usage: 'why <ID>',
    summary: 'Explain the verdict on an access, a token or a session',
    example: 'mintmark why 24633e37-3729-4da1-8428-14c1e1726386 --case incident-42',
    options: [IN_CASE, JSON_DOCUMENT],
    load: async () => (await import('../commands/case/why.ts')).why,
  },
  {
    usage: 'note [ABOUT] [TEXT]',
    summary: 'Write a note on an access, a token, a mailbox or a view; or list notes',
    example: 'mintmark note mailbox:ann@example.org "asked: was abroad" --case incident-42',
    options: [
      IN_CASE,
      '--as <NAME>  who writes it (default: the user of this machine)',
      '--take-back  take your own note back',
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/case/note.ts')).note,
  },
  {
    usage: 'scope',
    summary: 'Bound what was exposed: mailboxes, messages, folders',
    example: 'mintmark scope --case incident-42 --ip 198.51.100.0/24 --from 2023-05-15',
    options: [IN_CASE, JSON_DOCUMENT, csv('one row an account'), ...SELECTION],
    load: async () => (await import('../commands/case/scope.ts')).scopeOf,
  },
  {
    usage: 'timeline',
    summary: 'Show first and last evidence, active hours, phases',
    example: 'mintmark timeline --case incident-42 --timesketch > timeline.jsonl',
    options: [
      IN_CASE,
      JSON_DOCUMENT,
      csv('one row a selected access'),
      '--timesketch  selected accesses as Timesketch JSONL',
      ...SELECTION,
    ],
    load: async () => (await import('../commands/case/timeline.ts')).timelineOf,
  },
  {
    usage: 'custody [ARTEFACT]',
    summary: 'Show who accessed a file, from where, with which token',
    example: 'mintmark custody crash-2021-04.dmp --case incident-42',
    options: [IN_CASE, JSON_DOCUMENT, csv('one row an access to a file')],
    load: async () => (await import('../commands/case/custody.ts')).custodyOf,
  },
  {
    usage: 'hunt [ID...]',
    summary: 'Hunt for replayed and mis-granted tokens, new contexts',
    example: 'mintmark hunt --case incident-42 --hunts my-hunts/',
    options: [
      '--case <CASE>  folder of the case, or a clickhouse:// or https:// URL; required without --list',
      JSON_DOCUMENT,
      csv('one row a hit'),
      HUNTS,
      '--list  list the hunts, run none',
    ],
    load: async () => (await import('../commands/case/hunt.ts')).hunt,
  },
  {
    usage: 'sql <QUERY>',
    isData: true,
    summary: 'Run a read-only SQL query on the case',
    example:
      'mintmark sql "SELECT verdict, count() FROM judged GROUP BY verdict" --case incident-42',
    options: [IN_CASE, '--json  JSON lines (the default)', csv('rows')],
    load: async () => (await import('../commands/case/contents.ts')).sql,
  },
]

/** Hand a case on. */
export const REPORT_COMMANDS: readonly Spec[] = [
  {
    usage: 'report',
    summary: 'Write the case as a report in every format; compare and verify reports',
    example: 'mintmark report --case incident-42 --out incident-42-report',
    options: [
      '--case <CASE>  folder of the case, or a clickhouse:// or https:// URL; required',
      '--out <DIR>  folder to write; it appears complete or not at all; required',
      '--for <WHO...>  a notice for this organisation or mailbox, about nobody else; all: one each below DIR',
      '--title <TITLE>  title of the report (default: Case and its name)',
      '--prepared-by <WHO>  who prepared it, for its first page',
      '--prepared-on <DATE>  when, as YYYY-MM-DD (default: today, UTC)',
      '--classification <TEXT>  who may read it, for every page; such as TLP:AMBER',
      option('--paper <SIZE>  paper of report.pdf').choices(['a4', 'letter']).default('a4'),
      option(
        '--redact <WHAT...>  put pseudonyms in place of names, addresses or both, in every file',
      ).choices(['names', 'addresses']),
      '--sign <KEY>  sign the MANIFEST with this private key: Ed25519 or EC, PEM, no passphrase',
      '--no-pdf  do not print report.html to report.pdf, even if Chromium is installed',
      '--force  replace the report in DIR',
      JSON_DOCUMENT,
      HUNTS,
      ...SELECTION,
    ],
    children: [
      {
        usage: 'diff <BEFORE> <AFTER>',
        summary: 'Compare two reports; write the difference as an erratum',
        example: 'mintmark report diff march-report april-report --out erratum',
        options: [
          '--out <DIR>  folder to write the erratum to; it appears complete or not at all',
          '--sign <KEY>  sign its MANIFEST, as that of a report',
          JSON_DOCUMENT,
        ],
        load: async () => (await import('../commands/case/report_folders.ts')).reportDiff,
      },
      {
        usage: 'verify <DIR>',
        summary: 'Check a report against its MANIFEST and signature',
        example: 'mintmark report verify incident-42-report --key signer.pub.pem',
        options: ['--key <FILE>  public key that must have signed it (PEM)', JSON_DOCUMENT],
        load: async () => (await import('../commands/case/report_folders.ts')).reportVerify,
      },
    ],
    load: async () => (await import('../commands/case/report.ts')).report,
  },
  {
    usage: 'ui',
    summary: 'Serve the case to a browser on this machine',
    example: 'mintmark ui --case incident-42',
    options: [
      IN_CASE,
      '--port <N>  port on 127.0.0.1 (default: any free port)',
      '--as <NAME>  name under which you mark accesses (default: the user of this machine)',
      '--read-only  accept no marks and no hunts',
      '--open  open it in the browser',
      HUNTS,
      '--json  the address as one JSON document',
    ],
    load: async () => (await import('../commands/case/ui.ts')).ui,
  },
]
