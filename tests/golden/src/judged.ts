/** What the built command says about a world, asked as a user asks it. */
import { isObject, type Json } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'
import { parse } from 'csv-parse/sync'

export interface Judged {
  readonly code: number | null
  /** First line of the answer. */
  readonly headline: string
  readonly out: string
  readonly err: string
  /** Verdict and strength (`-` for none) by the id of the access. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Distinct messages; an upper bound of null is none. */
  readonly messages: { readonly lower: number; readonly upper: number | null }
}

export interface Verdict {
  readonly verdict: string
  readonly reason: string
  readonly strength: string
  readonly baseRate: string
}

/** Investigates a folder in a case of its own. */
export async function judge(evidence: string, place: string): Promise<Judged> {
  const told = await mintmark('investigate', evidence, '--case', place, '--no-scan')
  const scope = await mintmark('scope', '--json', '--case', place)
  const csv = await mintmark('verdicts', '--csv', '--case', place)
  return {
    code: told.code,
    headline: told.out.split('\n')[0] ?? '',
    out: told.out,
    err: told.err,
    verdicts: verdictsOf(csv.out),
    messages: messagesOf(scope.out),
  }
}

function verdictsOf(csv: string): Map<string, Verdict> {
  const rows: unknown = parse(csv, { columns: true })
  return new Map(
    (Array.isArray(rows) ? rows.filter(isObject) : []).map((row) => [
      textOf(row, 'access_id'),
      {
        verdict: textOf(row, 'verdict'),
        reason: textOf(row, 'reason'),
        strength: textOf(row, 'strength') || '-',
        baseRate: textOf(row, 'base_rate'),
      },
    ]),
  )
}

function textOf(row: Json, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

function messagesOf(scope: string): Judged['messages'] {
  const found: unknown = scope.startsWith('{') ? JSON.parse(scope) : {}
  const messages = isObject(found) && isObject(found['messages']) ? found['messages'] : {}
  const { lower, upper } = messages
  return {
    lower: typeof lower === 'number' ? lower : 0,
    upper: typeof upper === 'number' ? upper : null,
  }
}
