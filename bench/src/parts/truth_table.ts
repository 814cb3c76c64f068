/** The table of the truth bench: fault × world, and what goes wrong in each. */
import { groupsBy } from '@mintmark/faults'
import { faultName, mistakesIn, type Outcome } from './truth_outcome.ts'

type Count = (outcome: Outcome) => number
const COLUMNS: readonly (readonly [string, Count])[] = [
  ['genuine', ({ genuine }) => genuine],
  ['false est.', ({ falseEstablished }) => falseEstablished],
  ['bounds', ({ violations }) => violations],
  ['forged', ({ forged }) => forged],
  ['est.', ({ established }) => established],
  ['lead', ({ leads }) => leads],
  ['neither', ({ forged, established, leads }) => forged - established - leads],
  ['issued', ({ issued }) => issued],
]

/** A row for each fault and kind of world, added up over the seeds: in columns, or as Markdown. */
export function tableOf(outcomes: readonly Outcome[], isMarkdown: boolean): string {
  const groups = groupsBy(outcomes, (each) => `${faultName(each)}\0${each.world}`)
  const rows = [...groups.values()].map((group) => rowOf(group))
  const header = ['fault', 'world', 'runs', ...COLUMNS.map(([name]) => name), 'leads/1000']
  if (isMarkdown) {
    const rule = header.map((_, at) => (at < 2 ? '---' : '--:'))
    return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  }
  const widths = header.map((name, at) =>
    Math.max(name.length, ...rows.map((cells) => cells[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
  return [header, ...rows].map(line).join('\n')
}

function rowOf(group: readonly Outcome[]): string[] {
  const [first] = group
  if (first === undefined) return []
  const total = (count: Count) => group.reduce((sum, each) => sum + count(each), 0)
  const [genuine, leads] = [total((each) => each.genuine), total((each) => each.falseLeads)]
  const isSilent = group.some((each) => each.isSilent)
  return [
    `${faultName(first)}${isSilent ? ' *' : ''}`,
    first.world,
    String(group.length),
    ...COLUMNS.map(([, count]) => String(total(count))),
    genuine === 0 ? '-' : ((leads * 1000) / genuine).toFixed(1),
  ]
}

/** What must hold, each with the count that it is missed by. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const total = (count: Count, of = outcomes) => of.reduce((sum, each) => sum + count(each), 0)
  const whole = outcomes.filter(({ faults }) => faults.length === 0)
  const genuine = total((each) => each.genuine)
  const leads = total((each) => each.falseLeads)
  return [
    `* access records were lost without a mark: no bound is asked for`,
    `false established: ${total((each) => each.falseEstablished)} of ${genuine} genuine accesses`,
    `bounds violated: ${total((each) => each.violations)}`,
    `leads per 1,000 genuine: ${genuine === 0 ? '-' : ((leads * 1000) / genuine).toFixed(2)}`,
    `no fault: ${total((each) => each.determinable - each.unseen, whole)} of ${total((each) => each.determinable, whole)} determinable forged accesses seen, ${total((each) => each.established, whole)} established`,
    `the forger’s own choices: ${total((each) => each.unseen, outcomes.filter(isForger))} unseen, ${total((each) => each.issued, outcomes.filter(isForger))} called issued`,
  ].join('\n')
}

const isForger = ({ faults }: Outcome) => faults.some((name) => name.startsWith('forger-'))

/** What one run got wrong, in lines: the first `most`. */
export function mistakesOf(outcome: Outcome, most: number): string[] {
  const count = mistakesIn(outcome)
  if (count === 0) return []
  const { world, seed, falseEstablished, violations, mistakes } = outcome
  return [
    `\n${faultName(outcome)} · ${world} · seed ${seed}: ${falseEstablished} false established, ${violations} bounds violated, ${count} mistakes in all`,
    ...mistakes.slice(0, most).map((each) => `  ${each}`),
  ]
}
