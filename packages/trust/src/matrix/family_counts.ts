/** Outcomes by family: the rows of the matrix. @module */
import { safeText } from '@mintmark/core'
import { judged, type ProbeReport, type Summary, summaryOf } from '../probe/report.ts'
import { FAMILIES } from '../vectors/catalogue.ts'

export interface FamilyRow {
  readonly family: string
  readonly counts: Summary
}

/** In the order of the families; `distrust` last, where it was measured. */
export function familyRows({ vectors, distrust }: ProbeReport): FamilyRow[] {
  const rows = FAMILIES.map((family): FamilyRow => {
    const own = vectors.filter(({ vector }) => vector.family === family)
    return { family, counts: summaryOf(own, []) }
  })
  return [...rows, { family: 'distrust', counts: summaryOf([], distrust) }].filter(
    ({ counts }) => total(counts) > 0,
  )
}

/** One line that says how a probe came out. */
export function verdictOf(report: ProbeReport): string {
  const { controls, vectors, summary } = report
  const target = safeText(report.target)
  const broken = controls.find(({ expected, outcome }) => outcome !== expected)
  if (broken !== undefined) {
    const [what] = broken.id.split('-')
    const token = what === 'genuine' ? 'the genuine token' : 'garbage'
    return `CANNOT TELL: ${token} is to be ${broken.expected}, and got ${broken.seen} from ${target}`
  }
  const accepted = summary.accepted + summary.late - summary.allowed
  const { isFound, isWhole } = judged(report)
  if (isFound) return `ACCEPTED: ${accepted} of ${total(summary)} by ${target}`
  if (!isWhole) return `CANNOT TELL: ${summary.cannotTell} of ${total(summary)}`
  if (accepted > 0)
    return `LEADS ONLY: ${accepted} advisory of ${total(summary)} accepted by ${target}`
  const allowed = summary.allowed > 0 ? `, ${summary.allowed} allowed` : ''
  return `REFUSED: all ${vectors.length} forged tokens${allowed}, by ${target}`
}

const total = ({ refused, accepted, late, cannotTell }: Summary) =>
  refused + accepted + late + cannotTell
