/** The commands of the command line, read from its text, and what carries each out. */
import { Option } from 'commander'
import type { Handler } from '../process/call.ts'
import { COMMAND_LINES, SHARED } from './command_lines.ts'

export interface CommandLine {
  readonly heading: string
  readonly name: string
  readonly operands: string
  readonly summary: string
  readonly example: string
  readonly options: readonly Option[]
  /** Programs read what it prints, whatever its options: it is neither wrapped nor coloured. */
  readonly isData: boolean
}

/** New ones at each call: what the configuration makes the default of an option is of that call alone. */
export function commandLines(): CommandLine[] {
  let heading = ''
  return COMMAND_LINES.split('\n\n').flatMap((block) => {
    const [head = '', ...below] = block.trim().split('\n')
    if (head.startsWith('# ')) {
      heading = head.slice(2)
      return []
    }
    const [, name, operands = '', summary = '', data] = HEAD.exec(head) ?? []
    if (name === undefined) throw new TypeError(`not a command line: ${head}`)
    const options = optionsIn(below.filter((line) => /^ {2}[-@]/.test(line)))
    const example = below.find((line) => line.startsWith('  mintmark '))?.trim() ?? ''
    return [{ heading, name, operands, summary, example, options, isData: data !== undefined }]
  })
}

const HEAD = /^([a-z]+(?: [a-z]+)*)(?: ([<[].*?))? {2}(.*?)( {2}\[data\])?$/

export const optionsIn = (lines: readonly string[]): Option[] =>
  lines
    .map((line) => line.trim())
    .flatMap((line) =>
      line.startsWith('@')
        ? line.split(' ').flatMap((name) => SHARED[name.slice(1)]?.split(/\n */) ?? name)
        : line,
    )
    .map(option)

function option(line: string): Option {
  const [flags, text, ...marks] = line.split('  ')
  const made = new Option(flags ?? '', text)
  for (const mark of marks) {
    const [, kind = '', value = ''] = /^(one of|not with|\w+) ?(.*)$/.exec(mark) ?? []
    const does = MARKS[kind]
    if (does === undefined) throw new TypeError(`no mark of an option: ${mark}`)
    does(made, value)
  }
  return made
}

const MARKS: Readonly<Record<string, (made: Option, value: string) => void>> = {
  required: (made) => made.makeOptionMandatory(),
  hidden: (made) => made.hideHelp(),
  'one of': (made, values) => made.choices(values.split(', ')),
  'not with': (made, names) => made.conflicts(names.split(', ')),
  default: (made, value) => {
    const [, plain = '', words] = /^(.*?)(?:: (.*))?$/.exec(value) ?? []
    made.default(plain === 'none' ? [] : plain, words)
  },
}

const issuer = (does: 'block' | 'list' | 'reach' | 'rotate' | 'status' | 'unlist') => async () =>
  (await import('../commands/trust/trust_issuer.ts')).issuerCommand(does)

/** Loaded when the command runs, and the engine with it, so that `--help` answers at once. */
// biome-ignore format: a table
export const LOADS: Readonly<Record<string, () => Promise<Handler>>> = {
  investigate: async () => (await import('../commands/case/investigate.ts')).investigate,
  doctor: async () => (await import('../commands/case/doctor.ts')).doctor,
  ingest: async () => (await import('../commands/case/investigate.ts')).ingestFiles,
  evidence: async () => (await import('../commands/case/contents.ts')).evidence,
  coverage: async () => (await import('../commands/case/contents.ts')).coverage,
  verdicts: async () => (await import('../commands/case/verdicts.ts')).verdicts,
  why: async () => (await import('../commands/case/why.ts')).why,
  note: async () => (await import('../commands/case/note.ts')).note,
  scope: async () => (await import('../commands/case/scope.ts')).scopeOf,
  timeline: async () => (await import('../commands/case/timeline.ts')).timelineOf,
  custody: async () => (await import('../commands/case/custody.ts')).custodyOf,
  hunt: async () => (await import('../commands/case/hunt.ts')).hunt,
  sql: async () => (await import('../commands/case/contents.ts')).sql,
  report: async () => (await import('../commands/case/report.ts')).report,
  'report diff': async () => (await import('../commands/case/report.ts')).reportDiff,
  'report verify': async () => (await import('../commands/case/report.ts')).reportVerify,
  ui: async () => (await import('../commands/case/ui.ts')).ui,
  scan: async () => (await import('../commands/dumps/scan.ts')).scan,
  scrub: async () => (await import('../commands/dumps/scrub.ts')).scrub,
  'gate install': async () => (await import('../commands/dumps/gate.ts')).gateInstall,
  'gate uninstall': async () => (await import('../commands/dumps/gate.ts')).gateUninstall,
  'gate status': async () => (await import('../commands/dumps/gate.ts')).gateStatusOf,
  'gate receive': async () => (await import('../commands/dumps/gate.ts')).gateReceive,
  'gate watch': async () => (await import('../commands/dumps/gate.ts')).gateWatch,
  'ledger init': async () => (await import('../commands/ledger/ledger_init.ts')).ledgerInit,
  'ledger serve': async () => (await import('../commands/ledger/serve.ts')).ledgerServe,
  'ledger prove': async () => (await import('../commands/ledger/ledger_proofs.ts')).ledgerProve,
  'ledger verify': async () => (await import('../commands/ledger/ledger_proofs.ts')).ledgerVerify,
  'ledger audit': async () => (await import('../commands/ledger/ledger_audit.ts')).ledgerAudit,
  'ledger keys': async () => (await import('../commands/ledger/ledger_entries.ts')).ledgerKeys,
  'ledger tail': async () => (await import('../commands/ledger/ledger_entries.ts')).ledgerTail,
  'ledger export': async () => (await import('../commands/ledger/ledger_entries.ts')).ledgerExport,
  'guard serve': async () => (await import('../commands/ledger/serve.ts')).guardServe,
  'guard sign': async () => (await import('../commands/ledger/serve.ts')).guardSign,
  'trust record': async () => (await import('../commands/trust/trust_record.ts')).trustRecord,
  'trust history': async () => (await import('../commands/trust/trust_history.ts')).trustHistory,
  'trust audit': async () => (await import('../commands/trust/trust_audit.ts')).trustAudit,
  'trust lint': async () => (await import('../commands/trust/trust_lint.ts')).trustLint,
  'trust probe': async () => (await import('../commands/trust/trust_probe.ts')).trustProbe,
  'trust issuer serve': async () => (await import('../commands/trust/trust_issuer.ts')).issuerServe,
  'trust issuer status': issuer('status'),
  'trust issuer rotate': issuer('rotate'),
  'trust issuer unlist': issuer('unlist'),
  'trust issuer list': issuer('list'),
  'trust issuer block': issuer('block'),
  'trust issuer reach': issuer('reach'),
  replay: async () => (await import('../commands/replay/replay.ts')).replay,
}

export const commandNames = (): string[] => Object.keys(LOADS)
