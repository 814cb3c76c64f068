/** Collects what happens in one tenant as rows of its logs, with the truth beside it. */
import { timeOf } from '../world/fields.ts'
import { guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import { type Category, type Json, type LogFile, row, type TrueAccess } from '../world/world.ts'

/** A token that somebody has: what a thief of its id would know. */
export interface Issued {
  readonly uti: string
  readonly principal: string
  readonly issuedMs: number
  readonly expiresMs: number
}

/** The rows of one tenant, in no order until they are asked for. */
export class Recorder {
  readonly audit: Json[] = []
  /** Interactive sign-ins as the audit log has them. */
  readonly logons: Json[] = []
  readonly graph: Json[] = []
  readonly signIns: Record<Exclude<Category, 'managed-identity'>, Json[]> = {
    interactive: [],
    'non-interactive': [],
    'service-principal': [],
  }
  /** Tokens that were made here, in the order in which their programs asked. */
  readonly issued: Issued[] = []
  readonly truth: Map<string, TrueAccess> = new Map()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** A new id for a record. */
  id(): string {
    return guid(this.#random)
  }

  /** Drops records outside of the time for which the logs were kept. */
  between(fromMs: number, toMs: number): void {
    const isIn = (kind: LogFile['kind']) => (data: Json) => {
      const at = timeOf(kind, data)
      return fromMs <= at && at < toMs
    }
    replace(this.audit, isIn('audit'))
    replace(this.logons, isIn('audit'))
    replace(this.graph, isIn('graph'))
    for (const rows of Object.values(this.signIns)) replace(rows, isIn('sign-in'))
    for (const [id, { atMs }] of this.truth)
      if (atMs < fromMs || toMs <= atMs) this.truth.delete(id)
  }
}

function replace(rows: Json[], keep: (data: Json) => boolean): void {
  const kept = rows.filter((data) => keep(data))
  rows.length = 0
  for (const data of kept) rows.push(data)
}

/** How a tenant exports its logs. */
export interface Exports {
  readonly owner: string
  readonly folder: string
  readonly audit: 'ual-ndjson' | 'ual-array' | 'purview-csv'
  readonly signIns: 'diagnostic' | 'graph-json' | 'log-analytics-csv'
  readonly isDayFirst?: boolean
  /** Whether sign-ins are in the audit log, too. */
  readonly hasLogons: boolean
}

/** The files of a tenant: rows in order of time. Logs without rows make no file. */
export function filesOf(recorder: Recorder, exports: Exports): LogFile[] {
  const ending = { 'ual-ndjson': 'ndjson', 'ual-array': 'json', 'purview-csv': 'csv' } as const
  const signInEnding = { diagnostic: 'ndjson', 'graph-json': 'json', 'log-analytics-csv': 'csv' }
  const { owner, folder } = exports
  const base = { owner, wrapping: 'plain', isDayFirst: exports.isDayFirst ?? false } as const
  const files: LogFile[] = [
    {
      ...base,
      path: `${folder}/audit.${ending[exports.audit]}`,
      kind: 'audit',
      category: '',
      format: exports.audit,
      rows: inOrder(
        'audit',
        exports.hasLogons ? [...recorder.audit, ...recorder.logons] : recorder.audit,
      ),
    },
    {
      ...base,
      path: `${folder}/graph-activity.ndjson`,
      kind: 'graph',
      category: '',
      format: 'graph-activity',
      rows: inOrder('graph', recorder.graph),
    },
  ]
  for (const category of ['interactive', 'non-interactive', 'service-principal'] as const)
    files.push({
      ...base,
      path: `${folder}/sign-ins-${category}.${signInEnding[exports.signIns]}`,
      kind: 'sign-in',
      category,
      format: exports.signIns,
      rows: inOrder('sign-in', recorder.signIns[category]),
    })
  return files.filter(({ rows }) => rows.length > 0)
}

function inOrder(kind: LogFile['kind'], rows: readonly Json[]) {
  return rows
    .map((data, at) => ({ data, at, ms: timeOf(kind, data) }))
    .toSorted((a, b) => a.ms - b.ms || a.at - b.at)
    .map(({ data }) => row(data))
}
