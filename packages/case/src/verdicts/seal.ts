/** Makes a case ready for questions once its evidence is in. */
import { countOf, firstRow } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import type { Case } from '../store/case.ts'
import { readMeta, writeMeta } from '../store/meta.ts'
import { lastEvidence } from '../store/recover.ts'
import { ACCESS } from '../store/schema.ts'
import { HAS_TOKEN, IS_CUT, nameOf } from '../store/sql.ts'
import { buildCoverage, buildLosses } from './losses/coverage.ts'

/** Copies of one record that are compared; nobody exports one in more shapes. */
const MAX_COPIES = 64
/** Above this the engine groups on disk. */
const GROUP_BYTES_OF_COPIES = 300_000_000

/** What a column holds where the record lacks the field, if not the type's zero. */
const NOTHING: ReadonlyMap<string, string> = new Map([
  ['token_state', "'absent'"],
  ['logon_type', '-1'],
  ['throttled', '-1'],
])

/** A hash of each field that a copy has, 0 of each that it lacks. */
const FIELDS = [
  `if(${HAS_TOKEN}, cityHash64(token_id), 0)`,
  ...ACCESS.map(nameOf)
    .filter((name) => name !== 'source' && name !== 'detail')
    .map((name) => {
      const nothing = NOTHING.get(name) ?? `defaultValueOfArgumentType(${name})`
      return `if(${name} = ${nothing}, 0, cityHash64(${name}))`
    }),
].join(', ')

const DETAILS = 'arrayMap(pair -> cityHash64(pair), JSONExtractKeysAndValuesRaw(detail))'

const FIND = `
  INSERT INTO poorer_copy (bucket, token_id, record_id, content)
  SELECT duplicate.1, duplicate.2, record_id, duplicate.3
  FROM (
    SELECT record_id, groupArray(${MAX_COPIES})((bucket, token_id, content, [${FIELDS}], ${DETAILS}, ${IS_CUT})) AS copies
    FROM access
    WHERE (source, record_id) GLOBAL IN (SELECT source, record_id FROM conflict WHERE side = 'access')
    GROUP BY source, record_id
  )
  ARRAY JOIN arrayFilter(
    one -> arrayExists(
      other -> (one.6 AND NOT other.6) OR
        (one.6 = other.6 AND (one.4 != other.4 OR (length(one.5) < length(other.5) AND hasAll(other.5, one.5)))
          AND arrayAll((its, more) -> its = 0 OR its = more, one.4, other.4)),
      copies
    ),
    copies
  ) AS duplicate
  SETTINGS max_bytes_before_external_group_by = ${GROUP_BYTES_OF_COPIES}
`

/**
 * Removes copies of a record that lack fields of another copy, as some exports leave them out, and differ from it in
 * none; a whole copy also replaces a cut one. Contradicting copies stay. @returns whether there were any
 */
export async function mergeDuplicates(session: Session): Promise<boolean> {
  const found = session.localTable('poorer_copy')
  const clear = () => session.everywhere(`TRUNCATE TABLE ${found}`)
  await clear()
  await session.command(FIND)
  if ((await countOf(session, 'poorer_copy')) === 0) return false
  // A copy and its row here have one bucket, so that they are in one shard.
  await session.everywhere(
    `ALTER TABLE ${session.localTable('access')} DELETE
    WHERE (bucket, token_id, record_id, content) IN (SELECT bucket, token_id, record_id, content FROM ${found})`,
  )
  await clear()
  return true
}

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
