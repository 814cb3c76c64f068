/**
 * Every command, as help shows it, two blanks between parts. `[data]`: programs read what it
 * prints. `@name` stands for options of {@link SHARED}.
 */
export const COMMAND_LINES = `
# Investigate a breach:

investigate <FILE|DIR...>  Read logs and answer: whose mail, how much, since when, how sure
  mintmark investigate exports/ --case incident-42
  --case <CASE>  folder or URL of the case (default: ./mintmark-case-… named after the input)
  @json
  --no-scan  do not search memory dumps among the files for keys
  @hunts @directory @threads @selection

doctor <FILE|DIR...>  List what exports can answer, and what to export next; makes no case
  mintmark doctor exports/
  @json

ingest <FILE|DIR...>  Read logs into a case, exactly once
  mintmark ingest exports/ directory.csv --case incident-42
  @case @json @directory @threads

evidence  List the files of a case: rows, duplicates, rejects, gaps
  mintmark evidence --case incident-42
  @case @json
  --rejects  every reject with file, line and reason, as CSV or JSON lines

coverage  Show what each log could have shown, by tenant, field and hour
  mintmark coverage --case incident-42
  @case @json

verdicts  Count verdicts, list tokens nobody issued, export every access
  mintmark verdicts --case incident-42 --csv > verdicts.csv
  @case @json
  --csv  one row an access as CSV  not with json

why <ID>  Explain the verdict on an access, a token or a session
  mintmark why 24633e37-3729-4da1-8428-14c1e1726386 --case incident-42
  @case @json

note [ABOUT] [TEXT]  Write a note on an access, a token, a mailbox or a view; or list notes
  mintmark note mailbox:ann@example.org "asked: was abroad" --case incident-42
  @case
  --as <NAME>  who writes it (default: the user of this machine)
  --take-back  take your own note back
  @json

scope  Bound what was exposed: mailboxes, messages, folders
  mintmark scope --case incident-42 --ip 198.51.100.0/24 --from 2023-05-15
  @case @json
  --csv  one row an account as CSV  not with json
  @selection

timeline  Show first and last evidence, active hours, phases
  mintmark timeline --case incident-42 --timesketch > timeline.jsonl
  @case @json
  --csv  one row a selected access as CSV  not with json
  --timesketch  selected accesses as Timesketch JSONL  not with json, csv
  @selection

custody [ARTEFACT]  Show who accessed a file, from where, with which token
  mintmark custody crash-2021-04.dmp --case incident-42
  @case @json
  --csv  one row an access to a file as CSV  not with json

hunt [ID...]  Hunt for replayed and mis-granted tokens, new contexts
  mintmark hunt --case incident-42 --hunts my-hunts/
  --case <CASE>  folder of the case, or a clickhouse:// or https:// URL; required without --list
  @json
  --csv  one row a hit as CSV  not with json
  @hunts
  --list  list the hunts, run none  not with csv

sql <QUERY>  Run a read-only SQL query on the case  [data]
  mintmark sql "SELECT verdict, count() FROM judged GROUP BY verdict" --case incident-42
  @case
  --json  JSON lines (the default)
  --csv  rows as CSV  not with json

# Report a case:

report  Write the case as a report in every format; compare and verify reports
  mintmark report --case incident-42 --out incident-42-report
  --case <CASE>  folder of the case, or a clickhouse:// or https:// URL; required
  --out <DIR>  folder to write; it appears complete or not at all; required
  --for <WHO...>  a notice for this organisation or mailbox, about nobody else; all: one each below DIR
  --title <TITLE>  title of the report (default: Case and its name)
  --prepared-by <WHO>  who prepared it, for its first page
  --prepared-on <DATE>  when, as YYYY-MM-DD (default: today, UTC)
  --classification <TEXT>  who may read it, for every page; such as TLP:AMBER
  --paper <SIZE>  paper of report.pdf  one of a4, letter  default a4
  --redact <WHAT...>  put pseudonyms in place of names, addresses or both, in every file  one of names, addresses
  --sign <KEY>  sign the MANIFEST with this private key: Ed25519 or EC, PEM, no passphrase
  --no-pdf  do not print report.html to report.pdf, even if Chromium is installed
  --force  replace the report in DIR
  @json @hunts @selection

report diff <BEFORE> <AFTER>  Compare two reports; write the difference as an erratum
  mintmark report diff march-report april-report --out erratum
  --out <DIR>  folder to write the erratum to; it appears complete or not at all
  --sign <KEY>  sign its MANIFEST, as that of a report
  @json

report verify <DIR>  Check a report against its MANIFEST and signature
  mintmark report verify incident-42-report --key signer.pub.pem
  --key <FILE>  public key that must have signed it (PEM)
  @json

ui  Serve the case to a browser on this machine
  mintmark ui --case incident-42
  @case
  --port <N>  port on 127.0.0.1 (default: any free port)
  --as <NAME>  name under which you mark accesses (default: the user of this machine)
  --read-only  accept no marks and no hunts
  --open  open it in the browser
  @hunts
  --json  the address as one JSON document

# Find and remove keys in dumps:

scan [FILE|DIR...]  Find private keys in memory dumps and other files; - is standard input
  mintmark scan core.4711 /var/crash --public-key jwks.json old-ca.pem
  @dump-keys
  --deep  every alignment, and every location, however many look alike
  @json-or-sarif

scrub [FILE]  Copy a memory dump without its private keys, and verify the copy
  mintmark scrub core.4711 -o core.4711.clean --public-key jwks.json
  -o, --out <OUT>  file to write; it appears complete or not at all  required
  @dump-keys
  --report <PATH>  where the report goes (default: OUT.report.json)
  --force  replace OUT and the report if they exist
  --published  erase published test keys too, which are parts of programs
  --keep-lesser  leave tokens, encrypted keys and key stores
  --structure-too  erase key values in environment variables and names too (default: left)
  --accept-cut  write OUT although a search was cut short: for a given key, or among locations that look like one
  --keep-candidates  leave unverified keys
  @json

gate  Scrub cores between the crash and the disk

gate install  Set kernel.core_pattern, so that each core goes through the gate (Linux, root)
  mintmark gate install --spool /var/spool/mintmark --public-key jwks.json
  @spool @limits
  --ignore-limits  also accept cores of processes whose core limit is 0
  @gate-folders @json

gate uninstall  Restore the kernel.core_pattern from before
  mintmark gate uninstall
  @gate-folders @json

gate status  Show whether the gate is installed, and its cores (1: it needs attention)
  mintmark gate status --json
  @gate-folders @json

gate receive [ARGUMENT...]  Receive one core from standard input
  mintmark gate receive --spool spool/ < core.4711
  --spool <DIR>  folder that scrubbed cores are written to
  @limits
  --check  receive no core; check that a core dump would be scrubbed and written
  --dropped <JSON>  the file that the core comes from  hidden
  @json

gate watch [DIR]  Receive dumps that another system writes into a folder
  mintmark gate watch /var/lib/systemd/coredump --spool /var/spool/mintmark --raw remove
  @spool
  --raw <WHAT>  what to do with a raw dump once its core is in the spool  required  one of remove, keep
  @limits
  --settle <SECONDS>  a dump is complete once it is unchanged for so long  default 5
  --once  receive what is there, and end
  @json

# Record tokens, and refuse the others:

ledger  Store, serve, prove and audit the record of issued tokens

ledger init <DIR>  Make a ledger, or a witness, and its key; prints the verifier key  [data]
  mintmark ledger init LEDGER --name ledger.example.org --issuer main=https://id.example.org
  --name <NAME>  its name: a URL without scheme  required
  --issuer <ALIAS=URL...>  issuers that it records, with a short name for each
  --period <PERIOD>  how long a shard accepts entries: hour, day, month, year  default day
  --lifetime <SECONDS>  longest lifetime of a token  default 3600
  --skew <SECONDS>  how far clocks may differ  default 60
  --retention <DAYS>  delete entries when they are older (default: never)
  --store <URL>  store the record in this PostgreSQL database, postgres://…; DIR has the keys
  --witness  make a witness instead
  --log <VKEY...>  keys of the ledgers that the witness watches
  @json

ledger serve <DIR>  Serve a ledger or a witness over HTTP
  mintmark ledger serve LEDGER --heads /var/lib/mintmark/heads
  --host <ADDRESS>  address to listen on  default 127.0.0.1
  --port <PORT>  port to listen on; 0 for any  default 8470
  --issuers-port <PORT>  a separate port for entries, which readers cannot fill; 0 for any
  --heads <FILE>  file for the highest heads, outside of DIR and its backups
  @ledger-policy
  --confirm-clock <TIME>  the time by another clock, such as 2026-11-25T08:30Z, if the ledger does not trust its own
  --nats <URL>  publish to JetStream at nats://HOST:PORT
  --nats-stream <NAME>  name of its stream  default mintmark
  --nats-credentials <FILE>  credentials of a NATS user
  --json  the address and warnings, as JSON lines

ledger prove <DIR|URL>  Print the proof that a token is recorded  [data]
  mintmark ledger prove LEDGER --token token.txt > token.tlog-proof
  --token <FILE>  file with the token or its signing input; - for standard input
  --shard <PATH>  instead of a token: a shard, such as main/2026-11-25
  --index <N>  and the number of an entry in it
  @json

ledger verify <PROOF>  Check offline that a proof shows a token to be recorded
  mintmark ledger verify token.tlog-proof --token token.txt --policy policy.txt
  --token <FILE>  file with the token or its signing input; - for standard input  required
  --policy <FILE>  whose signatures count: log, witness, group and quorum lines  required
  @json

ledger audit <DIR|URL>  Check a ledger from outside: append-only, with all that others saw?
  mintmark ledger audit https://ledger.example.org --policy policy.txt --remember heads
  @ledger-policy
  --seen <FILE...>  checkpoints, or files of heads, that others have seen
  --remember <FILE>  require the heads in this file, and store the new ones if all is well
  --front-ends <FILE>  public keys in PEM: report each token that none of these front ends asked for
  @json

ledger keys <DIR|URL>  Print the verifier key of each shard, for other tlog clients  [data]
  mintmark ledger keys LEDGER > keys.txt
  --json  JSON lines

ledger tail <DIR|URL>  Print the newest entries  [data]
  mintmark ledger tail LEDGER --follow --json
  --lines <N>  how many of each issuer  default 10
  --follow  go on until interrupted
  --json  JSON lines

ledger export <DIR|URL>  Print all issuances as evidence for mintmark investigate  [data]
  mintmark ledger export LEDGER --tenant agency > issuances.ndjson
  --tenant <TENANT...>  tenant of the tokens, for all issuers or as ALIAS=TENANT
  --openings <FILE>  openings of the entries, as the issuer stored them; each is checked
  --json  JSON lines (the default)

guard  Refuse tokens that no ledger recorded, and raise an alarm

guard serve  Answer introspection and proxies: only recorded tokens are accepted
  mintmark guard serve --config guard.json
  --config <FILE>  issuers, callers and policies  required
  --json  also print the address, as a JSON line on standard output

guard sign  Sign over HTTP for a provider, after the token is recorded
  mintmark guard sign --config signer.json
  --config <FILE>  the keys, the ledger and the callers  required
  --json  also print the address, as a JSON line on standard output

# Test who trusts which key:

trust  Show which keys are trusted by whom, and for how long

trust record <SOURCE...>  Record which keys issuers publish, so that nobody can rewrite it
  mintmark trust record https://id.example.org --out keys
  --out <KEYS>  folder of the record; it is made or continued  required
  --every <TIME>  repeat after each such time: 30s, 5m, 2h
  --announced <FILE...>  key sets of announced keys
  @origin @ca @heads
  --policy <FILE>  witnesses that cosign the record: log, witness, group and quorum lines
  --json  each observation as a JSON line

trust history <KEYS>  Verify a record, and show when each key was listed, by whom, for what
  mintmark trust history keys --key 2023-kid --at 2023-05-15T08:00Z
  --key <ID>  one key alone: its kid, thumbprint or SPKI SHA-256
  --at <TIME>  was it listed then? With its zone, such as 2023-05-15T08:00Z
  --profile <NAME>  rotation is late when a key is listed for longer  one of ir8587-multi-tenant, ir8587-tenant, on-premises
  @heads
  --checkpoint <FILE>  a checkpoint that record printed: the record must extend it
  --policy <FILE>  whose cosignatures count: log, witness, group and quorum lines
  --json  one JSON document instead of text  not with ssf, federation
  --ssf  alarms as claims of security event tokens (RFC 8417), one a line
  --federation <ISSUER>  keys that the issuer no longer lists, in the format of OpenID Federation  not with ssf

trust audit <SOURCE...>  Find weak, stale, shared and pinned keys; compare with NIST rows
  mintmark trust audit keys --profile ir8587-tenant --source-tree src
  --profile <NAME>  how long a signing key may be in use  one of ir8587-multi-tenant, ir8587-tenant, on-premises
  --source-tree <DIR>  search there for pinned keys, hashes and kids
  --ledger <LEDGER>  a ledger of issued tokens: how long they live, which keys sign
  --receipts <FILE>  a guard's receipts of them: claims, bound keys, revocations
  --blocklist <FILE>  known private keys, a blocklist.dat of badkeys
  @origin @ca @json-or-sarif

trust lint <DIR>  Find verifiers in source and configuration that accept too much
  mintmark trust lint . --sarif > lint.sarif
  --all  also dependencies, built files and tests
  --allow <FILE>  known findings, each with a reason and an end date
  @json-or-sarif

trust probe  Ask a verifier of yours which forged tokens it accepts
  mintmark trust probe --target http://127.0.0.1:8080/api --issuer ISSUER
  --target <URL>  http(s):// or imap(s)://; on this machine, or confirmed by a file
  --issuer <ISSUER>  state folder or address of mintmark trust issuer serve, or a hook (.mjs)
  --via <HOW>  how the target takes tokens (default: by its scheme)  one of bearer, introspection, saml, oauthbearer, xoauth2
  --vectors <NAME...>  families or single vectors (default: all that are required)
  --advisory  also what standards leave open; accepted ones are leads
  --list  print the vectors, and send nothing
  --method <METHOD>  HTTP method of a bearer request  default GET
  --expect <STATUS...>  HTTP status of an accepted token (default: 200 to 299)
  --refuse <STATUS...>  HTTP status of a refused token, besides 4xx
  --header-file <FILE>  further headers of each request, one a line
  --user <NAME>  user of an IMAP login
  --audience <AUDIENCE>  audience of the genuine token
  --typ <TYP>  typ of the genuine token (default: at+jwt)
  --claims <FILE>  JSON with further claims of the genuine token
  --distrust  measure for how long an unlisted key is trusted
  --within <SECONDS>  longest time to distrust that is no finding  default 0
  --patience <SECONDS>  how long to wait for distrust  default 900
  --allow <FILE>  accepted vectors that are known, each with a reason and an end date
  --name <NAME>  name of the target in reports (default: its address)
  --rate <N>  most requests a second  default 20
  --schedule <TIME>  repeat after each such time: 30m, 24h; JSON lines, until stopped
  --alarms <FILE>  guard.json: its pushed streams get an alarm for each accepted forgery
  --run <ID>  name of this run, for a target that confirms it
  --json  one JSON document instead of text  not with sarif, junit, md
  --sarif  one SARIF 2.1.0 log  not with json, junit, md
  --junit  JUnit XML  not with json, sarif, md
  --md  Markdown  not with json, sarif, junit

trust issuer  Serve an issuer for probes: keys of all classes, rotation on command

trust issuer serve  Serve discovery and a merged key set until it is stopped
  mintmark trust issuer serve --port 8490 --state ISSUER
  @state
  --port <PORT>  port to listen on; 0 for any  default 8490
  --host <ADDRESS>  address to listen on  default 127.0.0.1
  --url <URL>  its URL for verifiers (default: the address that it listens on)
  --audience <AUDIENCE>  audience of its tokens, stored in DIR
  --algorithm <ALG>  algorithm of its tokens (default: ES256), stored in DIR  one of ES256, RS256
  @json

trust issuer status  List the keys of a running issuer, and which are listed
  mintmark trust issuer status --state ISSUER
  @state @json

trust issuer rotate  Sign with the announced key, and announce another
  mintmark trust issuer rotate --state ISSUER
  @state @json

trust issuer unlist [KEY]  Remove a key from the key set
  mintmark trust issuer unlist KEY --state ISSUER
  @state @json

trust issuer list [KEY]  Add a key to the key set again
  mintmark trust issuer list KEY --state ISSUER
  @state @json

trust issuer block  Stop the key endpoint from answering
  mintmark trust issuer block --state ISSUER
  @state @json

trust issuer reach  Let it answer again
  mintmark trust issuer reach --state ISSUER
  @state @json

# Try it, set it up:

replay <SCENARIO>  Replay an incident as log files, or live on real services; with the truth
  mintmark replay storm-0558 --out replay-out
  --out <DIR>  folder to write to (default with --live: a new one)
  --live  run it: provider, ledger, guard, Dovecot, users and the forger, on loopback, twice  not with scale
  --front-end <STATE>  serve the mail front end with the merged key set, for trust probe  one of 2023, fixed  not with live, with, scale
  --port <N>  port of the front end on 127.0.0.1 (default: any free port)
  --with [MEASURE...]  print what would have stayed unread with these measures  one of none, rotation, class-check, guard, all  not with live, out
  --rotation-age <DAYS>  age at which rotation retires a key (default: when its certificate ends)
  --seed <N>  seed of the generator  default 558
  --scale <X>  size of the baseline activity around the incident  default 1
  @json

completion <SHELL>  Print what completes commands and options in bash, zsh or fish  [data]
  mintmark completion bash > ~/.local/share/bash-completion/completions/mintmark

man  Print the manual page  [data]
  mintmark man > mintmark.1
`

export const SHARED: Readonly<Record<string, string>> = {
  // Of every command: how it prints, never what it does.
  general: `--color <WHEN>  colour the text output  one of auto, always, never  default auto: on a terminal, unless NO_COLOR is set
  -q, --quiet  print only warnings and errors on standard error  not with verbose
  -v, --verbose  print version, time, memory and causes of errors on standard error, too
  --no-progress  show no progress
  --wide  tables with all their columns, wider than the terminal
  --ignore-config  do not read mintmark.config.json`,
  case: '--case <CASE>  folder of the case, or a clickhouse:// or https:// URL  required',
  json: '--json  one JSON document instead of text',
  'json-or-sarif': `--json  one JSON document instead of text  not with sarif
  --sarif  one SARIF 2.1.0 log instead of text`,
  hunts: '--hunts <DIR...>  folders with your own hunts (.sql), in addition to the built-in ones',
  directory: '--directory <FILE...>  more files to read: who belongs to which organisation',
  threads: '--threads <N>  worker threads that read files (default: one a core)',
  // Values of one option are alternatives, different options narrow each other.
  selection: `--all  every access, whatever its verdict
  --session <ID...>  accesses of these sessions
  --token <ID...>  accesses with these token ids, in any spelling
  --ip <ADDRESS...>  accesses from these addresses or networks (CIDR)
  --app <ID...>  accesses of these application ids
  --principal <NAME...>  accesses by these principals (UPN or object id)
  --mailbox <NAME...>  accesses to these mailboxes
  --operation <NAME...>  accesses by these operations, such as MailItemsAccessed
  --from <TIME>  accesses at or after this time (ISO 8601, UTC if it names no zone)
  --to <TIME>  accesses before this time
  --attacker <FILE>  accesses that match a list of indicators, one a line`,
  'dump-keys': `--public-key <FILE...>  search for the private halves of these public keys too; several files, repeatable. Formats: JWKS, JWK, a JSON map of kid to PEM, certificates, PKCS#7, certificate requests, SPKI, OpenSSH lines, age recipients. PEM or DER. Name the dump first, or after --  default none: those in the dump`,
  spool: '--spool <DIR>  folder that scrubbed cores are written to  required',
  limits: `--public-key <FILE...>  search for the private halves of these public keys too; several files, repeatable  default none: those in the core
  --accept-cut  write a core although the search for a given key was cut short; its report says so
  --max-memory <SIZE>  most bytes of all cores in memory; the rest goes into encrypted files  default auto: a quarter of what is available, at most 4G
  --max-size <SIZE>  refuse larger cores, zeros included  default 64G
  --max-at-once <N>  most cores received or waiting at once, half of them of one program  default 32
  --keep-free <SIZE>  refuse cores if the disk of the spool has less than this  default auto: a tenth, at most 4G
  --compress <HOW>  how a scrubbed core is compressed  one of zstd, gzip  default zstd`,
  'gate-folders': `--state <DIR>  folder of the state of the gate  default /var/lib/mintmark
  --proc-sys <DIR>  replaces /proc/sys/kernel  hidden  default /proc/sys/kernel`,
  'ledger-policy': '--policy <FILE>  whose signatures count: log, witness, group and quorum lines',
  origin: '--origin <ORIGIN...>  other origins on which metadata may name its key set',
  ca: '--ca <FILE>  certificates in PEM to trust, in addition to the usual ones',
  heads:
    '--heads <FILE>  heads of the record, stored outside of KEYS: they reveal an altered record',
  state: '--state <DIR>  folder with the private keys of the issuer  required',
}
