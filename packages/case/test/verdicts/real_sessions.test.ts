import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ingest } from '../../src/ingest/ingest.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { reconcile } from '../../src/verdicts/reconcile.ts'
import { seal } from '../../src/verdicts/seal.ts'
import { type SessionVerdict, sessionVerdicts } from '../../src/verdicts/verdict_rows.ts'

const file = fileURLToPath(
  new URL('../../../../../shared/data/invictus/auditrecords.csv.gz', import.meta.url),
)
const skip = existsSync(file) ? undefined : `there is no ${file}`

describe('sessions of a real tenant', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-real-'))
  let opened: Case
  let sessions: SessionVerdict[]
  before(async () => {
    opened = await openCase(join(folder, 'case'))
    await ingest(opened, [file])
    await seal(opened)
    await reconcile(opened.session)
    sessions = await sessionVerdicts(opened.session)
  })
  after(async () => {
    await opened.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are twenty; a naive join on the id flags seven', async () => {
    assert.equal(sessions.length, 20)
    const [naive] = await opened.session.rows(`
      SELECT uniqExact(if(session_id != '', session_id, other_session_id) AS own) AS n FROM access
      WHERE own != '' AND own NOT IN (SELECT session_id FROM issuance)`)
    assert.equal(Number(naive?.['n']), 7)
  })

  it('are flagged once among the fourteen with a verdict', () => {
    const judged = sessions.filter(({ verdict }) => verdict !== 'undetermined')
    assert.equal(judged.length, 14)
    const flagged = judged.filter(({ verdict }) => verdict === 'unissued')
    assert.deepEqual(
      flagged.map(({ sessionId, reason, baseRate }) => [sessionId.slice(0, 8), reason, baseRate]),
      [['22af9fa5', 'session-never-issued', { issued: 13, of: 19, basis: 'same-context' }]],
    )
  })

  it('are undetermined where the sign-ins around them carried no session', () => {
    const reasons = sessions
      .filter(({ verdict }) => verdict === 'undetermined')
      .map(({ reason }) => reason)
    assert.deepEqual(
      reasons,
      Array.from({ length: 6 }, () => 'field-not-carried'),
    )
  })
})
