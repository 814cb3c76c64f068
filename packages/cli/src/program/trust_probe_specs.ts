/** What `mintmark trust probe` and `mintmark trust issuer` can do. @module */
import type { IssuerCommand } from '@mintmark/trust'
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'

const option = (flags: string, text: string): Option => new Option(flags, text)
const json = (): Option => option('--json', 'one JSON document instead of text')
const state = (): Option =>
  option('--state <DIR>', 'folder with the private keys of the issuer').makeOptionMandatory()

const issuerCommand = (name: IssuerCommand['do'], summary: string, operand = ''): Spec => ({
  usage: `${name}${operand && ` [${operand}]`}`,
  summary,
  example: `mintmark trust issuer ${name}${operand && ` ${operand}`} --state ISSUER`,
  options: [state(), json()],
  load: async () => (await import('../commands/trust/trust_issuer.ts')).issuerCommand(name),
})

const ISSUER: readonly Spec[] = [
  {
    usage: 'serve',
    summary: 'Serve discovery and a merged key set until it is stopped',
    example: 'mintmark trust issuer serve --port 8490 --state ISSUER',
    options: [
      state(),
      option('--port <PORT>', 'port to listen on; 0 for any').default('8490'),
      option('--host <ADDRESS>', 'address to listen on').default('127.0.0.1'),
      option('--url <URL>', 'what verifiers know it as (default: the address that it listens on)'),
      option('--audience <AUDIENCE>', 'audience of its tokens, kept in DIR'),
      option('--algorithm <ALG>', 'algorithm of its tokens (default: ES256), kept in DIR').choices([
        'ES256',
        'RS256',
      ]),
      json(),
    ],
    load: async () => (await import('../commands/trust/trust_issuer.ts')).issuerServe,
  },
  issuerCommand('status', 'List the keys of a running issuer, and which are listed'),
  issuerCommand('rotate', 'Let the announced key sign, and announce another'),
  issuerCommand('unlist', 'Take a key out of the key set', 'KEY'),
  issuerCommand('list', 'Put a key into the key set again', 'KEY'),
  issuerCommand('block', 'Let the key endpoint answer nobody'),
  issuerCommand('reach', 'Let it answer again'),
]

const outputs = (): Option[] => {
  const names = ['json', 'sarif', 'junit', 'md'] as const
  const texts = {
    json: 'one JSON document instead of text',
    sarif: 'one SARIF 2.1.0 log',
    junit: 'JUnit XML',
    md: 'Markdown',
  }
  return names.map((name) =>
    option(`--${name}`, texts[name]).conflicts(names.filter((other) => other !== name)),
  )
}

export const TRUST_PROBE_COMMANDS: readonly Spec[] = [
  {
    usage: 'probe',
    summary: 'Ask a verifier of yours which forged tokens it accepts',
    example: 'mintmark trust probe --target http://127.0.0.1:8080/api --issuer ISSUER',
    options: [
      option('--target <URL>', 'http(s):// or imap(s)://; on this machine, or confirmed by a file'),
      option(
        '--issuer <ISSUER>',
        'state folder or address of mintmark trust issuer serve, or a hook (.mjs)',
      ),
      option('--via <HOW>', 'how the target takes tokens (default: by its scheme)').choices([
        'bearer',
        'introspection',
        'saml',
        'oauthbearer',
        'xoauth2',
      ]),
      option('--vectors <NAME...>', 'families or single vectors (default: all that are required)'),
      option('--advisory', 'also what standards leave open; accepted ones are leads'),
      option('--list', 'print the vectors, and ask nothing'),
      option('--method <METHOD>', 'HTTP method of a bearer request').default('GET'),
      option('--expect <STATUS...>', 'HTTP status of an accepted token (default: 200 to 299)'),
      option('--refuse <STATUS...>', 'HTTP status of a refused token, beside 4xx'),
      option('--header-file <FILE>', 'further headers of each request, one a line'),
      option('--user <NAME>', 'user of an IMAP login'),
      option('--audience <AUDIENCE>', 'audience of the genuine token'),
      option('--typ <TYP>', 'typ of the genuine token (default: at+jwt)'),
      option('--claims <FILE>', 'JSON with further claims of the genuine token'),
      option('--distrust', 'measure for how long an unlisted key is trusted'),
      option('--within <SECONDS>', 'time to distrust that is no finding').default('0'),
      option('--patience <SECONDS>', 'for how long to wait for distrust').default('900'),
      option('--allow <FILE>', 'accepted vectors that are known, each with a reason and an end'),
      option('--name <NAME>', 'name of the target in reports (default: its address)'),
      option('--rate <N>', 'most requests a second').default('20'),
      option('--schedule <EVERY>', 'probe again and again, such as 24h; JSON lines, until stopped'),
      option('--alarms <FILE>', 'guard.json, whose pushed streams get an accepted forgery'),
      option('--run <ID>', 'name of this run, for a target that confirms it'),
      ...outputs(),
    ],
    load: async () => (await import('../commands/trust/trust_probe.ts')).trustProbe,
  },
  {
    usage: 'issuer',
    summary: 'Serve an issuer for probes: keys of all classes, rotation on command',
    example: 'mintmark trust issuer serve --port 8490 --state ISSUER',
    options: [],
    children: ISSUER,
  },
]
