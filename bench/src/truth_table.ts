/**
 * The table of the truth bench: fault × world, and what goes wrong in each.
 *
 * @module
 */
import type { Judged, Measure } from '@mintmark/faults'

/** Measures of one fault in one kind of world, added up over its seeds. */
interface Sum {
  readonly fault: string
  readonly world: string
  readonly runs: number
  readonly genuine: number
  readonly falseEstablished: number
  readonly falseLeads: number
  readonly forged: number
  readonly established: number
  readonly leads: number
  readonly missed: number
  readonly violations: number
}

const HEADER = [
  'fault',
  'world',
  'runs',
  'genuine',
  'false est.',
  'forged',
  'est.',
  'lead',
  'neither',
  'bounds viol.',
  'leads/1000',
]

/** The name of what was done to a world. */
export function faultName({ faults }: Measure): string {
  return faults.length === 0 ? '(none)' : faults.join(' + ')
}

/** The table, as text. */
export function tableOf(measures: readonly Measure[]): string {
  const rows = sums(measures).map((sum) => [
    sum.fault,
    sum.world,
    String(sum.runs),
    String(sum.genuine),
    String(sum.falseEstablished),
    String(sum.forged),
    String(sum.established),
    String(sum.leads),
    String(sum.missed),
    String(sum.violations),
    sum.genuine === 0 ? '-' : ((sum.falseLeads * 1000) / sum.genuine).toFixed(1),
  ])
  const widths = HEADER.map((name, at) =>
    Math.max(name.length, ...rows.map((cells) => cells[at]?.length ?? 0)),
  )
  return [HEADER, ...rows]
    .map((cells) =>
      cells
        .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

function sums(measures: readonly Measure[]): Sum[] {
  const groups = new Map<string, Measure[]>()
  for (const measure of measures) {
    const key = `${faultName(measure)}\0${measure.world}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [measure])
    else group.push(measure)
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const total = (count: (measure: Measure) => number) =>
      group.reduce((sum, each) => sum + count(each), 0)
    return [
      {
        fault: faultName(first),
        world: first.world,
        runs: group.length,
        genuine: total(({ genuine }) => genuine),
        falseEstablished: total(({ falseEstablished }) => falseEstablished.length),
        falseLeads: total(({ falseLeads }) => falseLeads.length),
        forged: total(({ forged }) => forged),
        established: total(({ forgedEstablished }) => forgedEstablished),
        leads: total(({ forgedLeads }) => forgedLeads),
        missed: total(({ missed }) => missed.length),
        violations: total(({ violations }) => violations.length),
      },
    ]
  })
}

/** What one measure got wrong, in lines; at most `most` accesses. */
export function mistakesOf(measure: Measure, most: number): string[] {
  const { falseEstablished, violations, world, seed } = measure
  if (falseEstablished.length === 0 && violations.length === 0) return []
  return [
    `\n${faultName(measure)} · ${world} · seed ${seed}: ${falseEstablished.length} false established, ${violations.length} bounds violated`,
    ...falseEstablished.slice(0, most).map((each) => `  false  ${lineOf(each)}`),
    ...(falseEstablished.length > most ? [`  … ${falseEstablished.length - most} more`] : []),
    ...violations
      .slice(0, most)
      .map(
        ({ mailbox, lower, upper, truth }) =>
          `  bound  ${mailbox === '' ? 'in all' : mailbox}: ${lower} to ${upper ?? 'open'}, truth ${truth}`,
      ),
  ]
}

/** An access with its verdict and its context. */
export function lineOf({ truth, verdict, reason, strength, tokenId }: Judged): string {
  const at = new Date(truth.atMs).toISOString()
  return [
    truth.id,
    `${verdict}/${reason}/${strength === '' ? '-' : strength}`,
    tokenId === '' ? 'no id' : tokenId,
    at,
    truth.principal,
    truth.ip,
    truth.app,
    truth.client.slice(0, 40),
    truth.forged === '' ? 'genuine' : `forged: ${truth.forged}`,
  ].join('  ')
}
