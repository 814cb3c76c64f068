import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openCase } from '../src/case.ts'
import { embedded } from './backends.ts'

const ROW = `(evidence_id, line, record_id, token_id, principal, tenant, app_id, source, outcome, category, at) VALUES
  (1, 1, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 'kim@example.org', 't', 'a', 'mintmark', 'issued', 'token', '2023-05-15 10:00:00')`
const USE = `(evidence_id, line, record_id, token_id, token_state, principal, tenant, app_id, source, issued_at, at) VALUES
  (1, 2, '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000002', 'present', 'kim@example.org', 't', 'a', 'mintmark', '2023-05-15 10:20:00', '2023-05-15 10:30:00')`

async function keysOfNewCase(): Promise<{ readonly issued: string; readonly used: string }> {
  const place = await embedded.start()
  const opened = await openCase(place.location)
  const { session } = opened
  try {
    await session.command(`INSERT INTO issuance ${ROW}`)
    await session.command(`INSERT INTO access ${USE}`)
    const [row] = await session.rows(
      'SELECT (SELECT key_name FROM issuance) AS issued, (SELECT key FROM access) AS used',
    )
    return { issued: String(row?.['issued']), used: String(row?.['used']) }
  } finally {
    await opened.close()
    await place.stop()
  }
}

it('an access has the key of its issuance, and another in every case: nobody can aim at one', async () => {
  const one = await keysOfNewCase()
  const other = await keysOfNewCase()
  assert.equal(one.used, one.issued)
  assert.equal(other.used, other.issued)
  assert.notEqual(one.issued, other.issued)
  assert.notEqual(one.issued, '0')
})
