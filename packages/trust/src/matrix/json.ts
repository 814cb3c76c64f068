/** The report of a probe as one JSON document. Schema: `docs/schema/trust-probe-1.schema.json`. @module */
import type { Json } from '@mintmark/core'
import type { ProbeReport, VectorResult } from '../probe/report.ts'

export function probeDocument(report: ProbeReport): Json {
  const { target, issuer, atMs, controls, vectors, distrust, summary, unusedAllowances } = report
  return {
    schema: 'mintmark-trust-probe/1',
    target,
    issuer,
    at: new Date(atMs).toISOString(),
    controls,
    vectors: vectors.map(documentOf),
    distrust,
    summary,
    unusedAllowances,
  }
}

function documentOf({ vector, outcome, seen, allowed, signer }: VectorResult): Json {
  const { id, family, axis, level, what, forbiddenBy, incident } = vector
  return {
    id,
    family,
    axis,
    outcome,
    level,
    seen,
    what,
    forbiddenBy,
    ...(incident !== undefined && { incident }),
    ...(signer !== undefined && { signer }),
    ...(allowed !== undefined && { allowed: { reason: allowed.reason, until: allowed.until } }),
  }
}
