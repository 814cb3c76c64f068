/**
 * The report of a probe as JUnit XML: a test case for each vector, a failure if it was accepted, an error for *cannot tell*.
 *
 * Accepted advisory vectors, and those on the allow-list, are skipped.
 *
 * @module
 */
import { safeText } from '@mintmark/core'
import { isAccepted, type ProbeReport, type VectorResult } from '../probe/report.ts'

export function probeJunit(report: ProbeReport): string {
  const cases = [
    ...report.controls.map(({ id, expected, outcome, seen }) =>
      testCase('controls', id, outcome === expected ? '' : element('error', `${outcome}: ${seen}`)),
    ),
    ...report.vectors.map((result) =>
      testCase(result.vector.family, result.vector.id, outcomeOf(result)),
    ),
    ...report.distrust.map(({ endpoint, outcome, seconds, seen }) => {
      const name = `endpoint-${endpoint}`
      if (outcome === 'cannot-tell') return testCase('distrust', name, element('error', seen))
      const isLate = isAccepted(outcome)
      return testCase('distrust', name, isLate ? element('failure', `after ${seconds} s`) : '')
    }),
  ]
  const failures = cases.filter((each) => each.includes('<failure ')).length
  const errors = cases.filter((each) => each.includes('<error ')).length
  const head = `name="mintmark trust probe" tests="${cases.length}" failures="${failures}" errors="${errors}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${head}>\n${cases.join('\n')}\n</testsuite>\n</testsuites>\n`
}

function outcomeOf({ vector, outcome, seen, allowed }: VectorResult): string {
  if (outcome === 'refused') return ''
  if (outcome === 'cannot-tell') return element('error', seen)
  const isExcused = allowed !== undefined || vector.level === 'advisory'
  const why = allowed === undefined ? vector.what : `${allowed.reason} (until ${allowed.until})`
  return element(isExcused ? 'skipped' : 'failure', `${outcome}: ${why}`)
}

const testCase = (suite: string, name: string, inner: string) =>
  `<testcase classname="mintmark.${suite}" name="${escaped(name)}"${inner === '' ? '/>' : `>${inner}</testcase>`}`

const element = (name: string, message: string) => `<${name} message="${escaped(message)}"/>`

const escaped = (text: string) =>
  safeText(text, 1000)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
