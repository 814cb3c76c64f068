/** Makes a case ready for questions once its evidence is in. */
import { countOf, firstRow } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import type { Case } from '../store/case.ts'
import { mergeDuplicates } from '../store/duplicates.ts'
import { readMeta, writeMeta } from '../store/meta.ts'
import { lastEvidence } from '../store/recover.ts'
import { buildCoverage } from './losses/coverage.ts'
import { buildLosses } from './losses/losses.ts'

const SEALED = 'sealed'
const SIDES = ['issuance', 'access'] as const
const GROUP_BYTES = 300_000_000

interface SealReport {
  /** Records that another row has already, or with more fields, and that are therefore removed. */
  readonly duplicates: number
  readonly conflicts: number
}

const CONFLICTS = (side: string) => `
  INSERT INTO conflict (side, source, record_id, records)
  SELECT {side:String}, source, record_id, count()
  FROM ${side}
  GROUP BY source, record_id
  HAVING min(content) != max(content)
  SETTINGS max_bytes_before_external_group_by = ${GROUP_BYTES}
`

const COUNTS = `
  INSERT INTO evidence_count (evidence_id, duplicates, conflicts)
  SELECT e.evidence_id, greatest(e.issuances + e.accesses, k.kept) - k.kept, k.conflicting
  FROM evidence AS e
  LEFT JOIN (
    SELECT evidence_id, sum(kept) AS kept, sum(conflicting) AS conflicting
    FROM (
${SIDES.map(
  (side) => `
      SELECT evidence_id, count() AS kept,
        countIf((source, record_id) GLOBAL IN (SELECT source, record_id FROM conflict WHERE side = '${side}')) AS conflicting
      FROM ${side} GROUP BY evidence_id`,
).join(' UNION ALL ')}
    )
    GROUP BY evidence_id
  ) AS k ON k.evidence_id = e.evidence_id
  WHERE e.same_as = 0
`

/** Removes duplicates, counts them, and builds the coverage, if there is new evidence. Cost: a merge of both tables. */
export async function seal({ session }: Case): Promise<SealReport> {
  const evidence = await evidenceMark(session)
  if ((await readMeta(session, SEALED)) !== evidence) {
    await removeDuplicates(session)
    await findConflicts(session)
    if (await mergeDuplicates(session)) await findConflicts(session)
    await session.command('TRUNCATE TABLE evidence_count')
    await session.command(COUNTS)
    await buildCoverage(session)
    await buildLosses(session)
    await writeMeta(session, SEALED, evidence)
  }
  const { duplicates } = await firstRow(
    session,
    'SELECT sum(duplicates) AS duplicates FROM evidence_count',
  )
  return { duplicates: Number(duplicates), conflicts: await countOf(session, 'conflict') }
}

/** Identifies the set of evidence, so that what is derived from it can see whether it still holds. */
export async function evidenceMark(session: Session): Promise<string> {
  const files = await countOf(session, 'evidence')
  return `${await lastEvidence(session)}/${files}`
}

async function removeDuplicates(session: Session): Promise<void> {
  for (const side of SIDES) {
    await session.everywhere(
      `OPTIMIZE TABLE ${session.localTable(side)} FINAL SETTINGS optimize_throw_if_noop = 1`,
    )
  }
}

async function findConflicts(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE conflict')
  for (const side of SIDES) {
    await session.command(CONFLICTS(side), { side })
  }
}
