/** What a spool holds, read without the code that wrote it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isObject, type Json } from '@mintmark/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { ROOT } from '../built_command.ts'

const SCHEMA = join(ROOT, 'docs/schema/mintmark-gate-1.schema.json')
const isReport = new Ajv2020().compile(JSON.parse(readFileSync(SCHEMA, 'utf8')))

export interface SpooledCore {
  readonly folder: string
  /** The scrubbed core, unpacked; undefined where there is only a report. */
  readonly core: Buffer | undefined
  readonly report: Json
}

/** Every core of the spool; whatever lies there that is no whole core is an error. */
export function spooled(spool: string): SpooledCore[] {
  const names = readdirSync(spool).filter((name) => name !== 'gate.log' && !isUnfinished(name))
  return names.toSorted().map((name) => {
    const folder = join(spool, name)
    const files = readdirSync(folder)
    const [reportName, ...others] = files.filter((file) => file.endsWith('.report.json'))
    const cores = files.filter((file) => /\.(gz|zst|crash)$/.test(file))
    if (reportName === undefined || others.length > 0 || cores.length + 1 !== files.length)
      throw new Error(`${name} is no whole core: ${files.join(' ')}`)
    const report: unknown = JSON.parse(readFileSync(join(folder, reportName), 'utf8'))
    if (!isObject(report) || !isReport(report))
      throw new Error(`${name}: ${JSON.stringify(isReport.errors)}`)
    const [core] = cores
    if ((core === undefined) !== (report['core'] === undefined))
      throw new Error(`${name}: the report and the core do not agree`)
    return { folder, report, core: core === undefined ? undefined : unpacked(join(folder, core)) }
  })
}

export const unfinishedIn = (spool: string): string[] => readdirSync(spool).filter(isUnfinished)

const isUnfinished = (name: string) => name.startsWith('.unfinished-')

export function logOf(spool: string): string {
  const log = join(spool, 'gate.log')
  return existsSync(log) ? readFileSync(log, 'utf8') : ''
}

function unpacked(file: string): Buffer {
  if (file.endsWith('.gz')) return gunzipSync(readFileSync(file))
  if (file.endsWith('.crash')) return coreOfReport(readFileSync(file, 'latin1'))
  return execFileSync('zstd', ['-dcq', file], { maxBuffer: 2 ** 31 })
}

/** As apport reads it: each line decoded by itself. Source: `problem_report.py` of apport 2.28. */
function coreOfReport(report: string): Buffer {
  const lines = /\nCoreDump: base64\n((?: .*\n)*)/.exec(report)?.[1]?.trimEnd().split('\n') ?? []
  return gunzipSync(Buffer.concat(lines.map((line) => Buffer.from(line.trim(), 'base64'))))
}

/** What gdb says of every thread, without addresses of the file itself; undefined where there is no gdb. */
export function backtrace(program: string, core: string): string | undefined {
  const { status, stdout } = spawnSync(
    'gdb',
    ['-nx', '-batch', '-ex', 'thread apply all bt', program, core],
    { encoding: 'utf8' },
  )
  if (status === null) return undefined
  return stdout.slice(stdout.indexOf('\nThread '))
}
