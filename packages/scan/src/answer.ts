/** The answer of a scan: findings, gaps, status. Renderings and the exit code depend only on it. */
import type { Finding } from './findings/finding.ts'
import { classOf, countsOf, type FindingClass } from './findings/policy.ts'
import { completenessOf, type Gap, type Unread } from './report/completeness.ts'
import { acrossFiles, type GivenKey } from './report/given_keys.ts'
import type { ScanReport } from './report/report.ts'

export { classOf, type FindingClass, POLICY } from './findings/policy.ts'
export { GAP_CODES, type Gap, type GapCode, gapsOf, type Unread } from './report/completeness.ts'
export type { GivenKey } from './report/given_keys.ts'

export interface Scanned {
  readonly reports: readonly ScanReport[]
  /** Files and folders that could not be read, or were left out. */
  readonly unreadable: readonly Unread[]
}

const CLASSES: readonly FindingClass[] = ['key', 'unverified', 'protected', 'ignored']

export type ScanStatus = 'found' | 'cannot-tell' | 'lead' | 'nothing-found'

export interface ScanAnswer {
  readonly status: ScanStatus
  readonly findings: Readonly<Record<FindingClass, readonly Finding[]>>
  /** The answer for each given public key, for all files together. */
  readonly given: readonly GivenKey[]
  /** Everything that was asked for but not searched; empty where the search is complete. */
  readonly unsearched: readonly Gap[]
}

export function byClass({
  findings,
  unverified,
  protected: secured,
}: Pick<ScanReport, 'findings' | 'unverified' | 'protected'>): ScanAnswer['findings'] {
  const all = [...findings, ...unverified, ...secured]
  const of = (wanted: FindingClass) => all.filter((finding) => classOf(finding) === wanted)
  return {
    key: of('key'),
    unverified: of('unverified'),
    protected: of('protected'),
    ignored: of('ignored'),
  }
}

/** Order: found, then not searched, then leads. */
export function answerOf(scanned: Scanned): ScanAnswer {
  const { reports } = scanned
  const findings = byClass({
    findings: reports.flatMap((report) => report.findings),
    unverified: reports.flatMap((report) => report.unverified),
    protected: reports.flatMap((report) => report.protected),
  })
  const unsearched = completenessOf(scanned)
  const given = acrossFiles(
    reports.map((report) => report.given),
    isAllSought(unsearched),
  )
  return { status: statusOf(findings, unsearched), findings, given, unsearched }
}

/** What each report leaves open is in its own answers. */
function isAllSought(unsearched: readonly Gap[]): boolean {
  return unsearched.every(({ code }) => code !== 'not-read')
}

function statusOf(findings: ScanAnswer['findings'], unsearched: readonly Gap[]): ScanStatus {
  const counts = countsOf(CLASSES.filter((each) => findings[each].length > 0))
  if (counts === 'found') return 'found'
  if (unsearched.length > 0) return 'cannot-tell'
  return counts === 'lead' ? 'lead' : 'nothing-found'
}
