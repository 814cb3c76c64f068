/** What `mintmark trust probe` and `mintmark trust issuer` can do. @module */
import type { IssuerCommand } from '@mintmark/trust'
import type { Option } from 'commander'
import type { Spec } from '../process/command.ts'
import { JSON_DOCUMENT, option, required } from './spec_options.ts'

const STATE = required('--state <DIR>  folder with the private keys of the issuer')

const issuerCommand = (name: IssuerCommand['do'], summary: string, operand = ''): Spec => ({
  usage: `${name}${operand && ` [${operand}]`}`,
  summary,
  example: `mintmark trust issuer ${name}${operand && ` ${operand}`} --state ISSUER`,
  options: [STATE, JSON_DOCUMENT],
  load: async () => (await import('../commands/trust/trust_issuer.ts')).issuerCommand(name),
})

const ISSUER: readonly Spec[] = [
  {
    usage: 'serve',
    summary: 'Serve discovery and a merged key set until it is stopped',
    example: 'mintmark trust issuer serve --port 8490 --state ISSUER',
    options: [
      STATE,
      option('--port <PORT>  port to listen on; 0 for any').default('8490'),
      option('--host <ADDRESS>  address to listen on').default('127.0.0.1'),
      '--url <URL>  its URL for verifiers (default: the address that it listens on)',
      '--audience <AUDIENCE>  audience of its tokens, stored in DIR',
      option('--algorithm <ALG>  algorithm of its tokens (default: ES256), stored in DIR').choices([
        'ES256',
        'RS256',
      ]),
      JSON_DOCUMENT,
    ],
    load: async () => (await import('../commands/trust/trust_issuer.ts')).issuerServe,
  },
  issuerCommand('status', 'List the keys of a running issuer, and which are listed'),
  issuerCommand('rotate', 'Sign with the announced key, and announce another'),
  issuerCommand('unlist', 'Remove a key from the key set', 'KEY'),
  issuerCommand('list', 'Add a key to the key set again', 'KEY'),
  issuerCommand('block', 'Stop the key endpoint from answering'),
  issuerCommand('reach', 'Let it answer again'),
]

const OUTPUTS = {
  json: JSON_DOCUMENT,
  sarif: '--sarif  one SARIF 2.1.0 log',
  junit: '--junit  JUnit XML',
  md: '--md  Markdown',
} as const
const outputs: readonly Option[] = Object.entries(OUTPUTS).map(([name, line]) =>
  option(line).conflicts(Object.keys(OUTPUTS).filter((other) => other !== name)),
)

export const TRUST_PROBE_COMMANDS: readonly Spec[] = [
  {
    usage: 'probe',
    summary: 'Ask a verifier of yours which forged tokens it accepts',
    example: 'mintmark trust probe --target http://127.0.0.1:8080/api --issuer ISSUER',
    options: [
      '--target <URL>  http(s):// or imap(s)://; on this machine, or confirmed by a file',
      '--issuer <ISSUER>  state folder or address of mintmark trust issuer serve, or a hook (.mjs)',
      option('--via <HOW>  how the target takes tokens (default: by its scheme)').choices([
        'bearer',
        'introspection',
        'saml',
        'oauthbearer',
        'xoauth2',
      ]),
      '--vectors <NAME...>  families or single vectors (default: all that are required)',
      '--advisory  also what standards leave open; accepted ones are leads',
      '--list  print the vectors, and send nothing',
      option('--method <METHOD>  HTTP method of a bearer request').default('GET'),
      '--expect <STATUS...>  HTTP status of an accepted token (default: 200 to 299)',
      '--refuse <STATUS...>  HTTP status of a refused token, besides 4xx',
      '--header-file <FILE>  further headers of each request, one a line',
      '--user <NAME>  user of an IMAP login',
      '--audience <AUDIENCE>  audience of the genuine token',
      '--typ <TYP>  typ of the genuine token (default: at+jwt)',
      '--claims <FILE>  JSON with further claims of the genuine token',
      '--distrust  measure for how long an unlisted key is trusted',
      option('--within <SECONDS>  longest time to distrust that is no finding').default('0'),
      option('--patience <SECONDS>  how long to wait for distrust').default('900'),
      '--allow <FILE>  accepted vectors that are known, each with a reason and an end date',
      '--name <NAME>  name of the target in reports (default: its address)',
      option('--rate <N>  most requests a second').default('20'),
      '--schedule <TIME>  repeat after each such time: 30m, 24h; JSON lines, until stopped',
      '--alarms <FILE>  guard.json: its pushed streams get an alarm for each accepted forgery',
      '--run <ID>  name of this run, for a target that confirms it',
      ...outputs,
    ],
    load: async () => (await import('../commands/trust/trust_probe.ts')).trustProbe,
  },
  {
    usage: 'issuer',
    summary: 'Serve an issuer for probes: keys of all classes, rotation on command',
    example: 'mintmark trust issuer serve --port 8490 --state ISSUER',
    children: ISSUER,
  },
]
