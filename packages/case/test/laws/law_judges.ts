/**
 * What the engine says of small worlds, each of them a tenant of one case: as rows, or as files that are read in.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Session } from '../../src/engine/session.ts'
import { ingest } from '../../src/ingest/ingest.ts'
import { scope } from '../../src/scope/scope.ts'
import type { Case } from '../../src/store/case.ts'
import { TABLES } from '../../src/store/schema.ts'
import { buildCoverage } from '../../src/verdicts/losses/coverage.ts'
import { reconcile } from '../../src/verdicts/reconcile.ts'
import { seal } from '../../src/verdicts/seal.ts'
import { verdictsCsv } from '../../src/verdicts/verdict_rows.ts'
import { fill } from '../world.ts'
import type { FileWorld } from './law_files.ts'
import type { SmallWorld } from './law_world.ts'

export interface Given {
  readonly verdict: string
  readonly reason: string
  readonly strength: string
  readonly rate: string
}

/** What was said of a world: of each of its accesses, in order, and of its messages. */
export interface Said {
  readonly given: readonly Given[]
  readonly lower: number
  readonly upper: number | null
}

/** Assigns the verdicts of worlds in one case. */
export type Judge<W extends SmallWorld> = (worlds: readonly W[]) => Promise<Said[]>

export function rowJudge(session: Session): Judge<SmallWorld> {
  return async (worlds) => {
    await fill(session, {
      access: worlds.flatMap((one) => one.access),
      issuance: worlds.flatMap((one) => one.issuance),
      evidence: worlds.flatMap((one) => one.evidence),
    })
    await buildCoverage(session)
    await reconcile(session, { force: true })
    return saidOf(session, worlds)
  }
}

export function fileJudge(opened: Case): Judge<FileWorld> {
  return async (worlds) => {
    for (const { name } of TABLES) await opened.session.command(`TRUNCATE TABLE ${name}`)
    const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-laws-'))
    try {
      for (const { name, content } of worlds.flatMap((one) => one.files)) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
        writeFileSync(path.join(folder, name), content)
      }
      await ingest(opened, [folder], { threads: 1 })
      await seal(opened)
      await reconcile(opened.session, { force: true })
      return await saidOf(opened.session, worlds)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function saidOf(session: Session, worlds: readonly SmallWorld[]): Promise<Said[]> {
  const given = await givenIn(session)
  const { accounts } = await scope(session, {})
  return worlds.map((world) => {
    const own = new Set(world.access.map((row) => String(row['mailbox'])))
    const bounds = accounts.flatMap(({ mailbox, messages }) => (own.has(mailbox) ? [messages] : []))
    const uppers = bounds.map(({ upper }) => upper)
    return {
      given: world.access.map((row) => given.get(String(row['record_id'])) ?? MISSING),
      lower: bounds.reduce((sum, { lower }) => sum + lower, 0),
      upper: uppers.includes(null)
        ? null
        : uppers.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    }
  })
}

const MISSING: Given = { verdict: 'not judged', reason: '', strength: '', rate: '' }

async function givenIn(session: Session): Promise<Map<string, Given>> {
  let csv = ''
  for await (const chunk of verdictsCsv(session)) csv += chunk
  const rows = csv.split('\r\n').slice(1).filter(Boolean)
  return new Map(
    rows.map((row) => {
      const [id = '', verdict = '', reason = '', strength = '', rate = ''] = row
        .split(',')
        .map((cell) => cell.replaceAll('"', ''))
      return [id, { verdict, reason, strength, rate }]
    }),
  )
}
