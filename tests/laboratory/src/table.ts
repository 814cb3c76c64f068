/** The table of docs/trust-laboratory.md. */
import type { Examined, MeasuredCache } from './examine.ts'
import { FAULTS } from './specimen.ts'

const HEAD = [
  'verifier',
  'keys of 2023 refused by',
  'strict: refused',
  'no option or hook refuses',
  'planted faults: vectors that found it',
  'keys cached, s: documented; measured',
]

export function tableOf(rows: readonly Examined[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf({ specimen, versions, asked, accepted, faults, caches }: Examined): string[] {
  const { name, boundBy, leaves = {} } = specimen
  return [
    `**${name}**: ${versions.join(', ')}`,
    boundBy,
    `${asked - accepted.length} of ${asked}`,
    leavesText(accepted, leaves),
    faults.map(({ fault, vectors }) => `${FAULTS[fault].name}: ${vectors.length}`).join('; '),
    caches.map(cacheText).join('; ') || 'no cache',
  ]
}

/** Those of one reason together. */
function leavesText(accepted: readonly string[], leaves: Readonly<Record<string, string>>): string {
  const reasonOf = (id: string) => leaves[id] ?? 'not known'
  const texts = [...new Set(accepted.map(reasonOf))].map((reason) => {
    const ids = accepted.filter((id) => reasonOf(id) === reason)
    return `${ids.map((id) => `\`${id}\``).join(', ')} (${reason})`
  })
  return texts.join('; ') || 'none'
}

const time = (seconds: number | null) => {
  if (seconds === null) return 'cannot tell'
  return seconds === Number.POSITIVE_INFINITY ? 'no end' : String(Math.round(seconds * 10) / 10)
}

/** Both ways apart where they differ. */
const both = (reachableS: number | null, unreachableS: number | null) => {
  const [reachable, unreachable] = [time(reachableS), time(unreachableS)]
  return reachable === unreachable ? reachable : `${reachable} / ${unreachable}`
}

function cacheText({ cache, reachableS, unreachableS }: MeasuredCache): string {
  const documented = both(cache.reachableS, cache.unreachableS)
  const measured = both(reachableS, unreachableS)
  const why = cache.kept === undefined ? '' : ` (${cache.kept.why})`
  return `\`${cache.setting}\`: ${documented}; **${measured}**${why}`
}
