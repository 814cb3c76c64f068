import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Session } from '../../src/engine/session.ts'
import { openCase } from '../../src/store/case.ts'
import { buildCoverage } from '../../src/verdicts/losses/coverage.ts'
import { buildLosses } from '../../src/verdicts/losses/losses.ts'
import { REASONS } from '../../src/verdicts/match/reasons.ts'
import { reconcile } from '../../src/verdicts/reconcile.ts'
import { verdictsCsv } from '../../src/verdicts/verdict_rows.ts'
import { backends } from '../backends.ts'
import { everyday, soundLog } from '../reconcile_world.ts'
import { fill, type Row, type World } from '../world.ts'
import { type Case, decided } from './reconcile_decided.ts'
import { undecided } from './reconcile_undecided.ts'

const cases: readonly Case[] = [...decided, ...undecided]

/** A case's rows as those of tenants, tokens, sessions and files of its own, so that all cases fit in one. */
function placed(row: Row, number: number): Row {
  const mark = (0x4000 + number).toString(16)
  const own = Object.entries(row).map(([column, value]) => {
    if (column.endsWith('tenant') && String(value).startsWith('tenant-'))
      return [column, `${String(value)}-${number}`]
    if (column === 'token_id' || column === 'detail' || column.endsWith('session_id'))
      return [column, String(value).replace('-4000-', `-${mark}-`)]
    if (column === 'evidence_id') return [column, evidenceOf(Number(value), number)]
    return [column, value]
  })
  return Object.fromEntries(own)
}

const evidenceOf = (id: number, number: number) => number * 10 + id

function worldOfAll(): World {
  const accesses: Row[] = []
  const issuances: Row[] = []
  const statements: Row[] = []
  const evidence: Row[] = []
  for (const [number, one] of cases.entries()) {
    const put = (row: Row) => placed(row, number)
    accesses.push(...[...everyday(), ...(one.others ?? []), one.row].map(put))
    issuances.push(...[...(one.log ?? soundLog()), ...(one.more ?? [])].map(put))
    statements.push(...(one.world?.statement ?? []).map(put))
    for (const id of [1, 7])
      evidence.push({
        evidence_id: evidenceOf(id, number),
        path: `tenant ${number}/log ${id}.json`,
      })
  }
  return { access: accesses, issuance: issuances, statement: statements, evidence }
}

// One server is two shards without the sharding: its session has tests of its own.
for (const backend of backends.filter(({ name }) => name !== 'one server'))
  describe(`reconcile in ${backend.name}`, { skip: backend.skip }, () => {
    const verdicts = new Map<string, { verdict: string; reason: string }>()
    let stop: () => Promise<void>
    let notCompleted: string[]
    before(async () => {
      const started = await backend.start()
      const opened = await openCase(started.location)
      stop = async () => {
        await opened.close()
        await started.stop()
      }
      await fill(opened.session, worldOfAll())
      await buildCoverage(opened.session)
      await buildLosses(opened.session)
      await reconcile(opened.session)
      const rows = await opened.session.rows(
        "SELECT strength FROM verdict WHERE reason = 'sign-in-not-completed'",
      )
      notCompleted = rows.map(({ strength }) => String(strength))
      for await (const [id = '', verdict = '', reason = ''] of lines(opened.session))
        verdicts.set(id, { verdict, reason })
    })
    after(() => stop())

    it('calls a token whose sign-in was not completed a lead', () =>
      assert.deepEqual(notCompleted, ['lead', 'lead']))

    for (const one of cases)
      it(`gives ${one.verdict}, ${one.reason}: ${one.name}`, () => {
        assert.deepEqual(verdicts.get(String(one.row['record_id'])), {
          verdict: one.verdict,
          reason: one.reason,
        })
      })
  })

/** Reasons that a population gives, and no single access: see weigh.test.ts. */
const WEIGHED = ['class-not-shown', 'log-incomplete', 'log-does-not-fit', 'too-few-explained'].map(
  (reason) => `undetermined/${reason}`,
)

describe('the cases above', () => {
  it('are of every reason that an access has by itself', () => {
    const hit = new Set([...WEIGHED, ...cases.map((one) => `${one.verdict}/${one.reason}`)])
    assert.deepEqual(
      REASONS.map(({ verdict, reason }) => `${verdict}/${reason}`).filter((name) => !hit.has(name)),
      [],
    )
  })
})

async function* lines(from: Session): AsyncIterable<string[]> {
  let rest = ''
  for await (const chunk of verdictsCsv(from)) rest += chunk
  for (const line of rest.split('\r\n')) {
    const cells = line.split(',').map((cell) => cell.replace(/^"(.*)"$/u, '$1'))
    if (line !== '') yield cells
  }
}
