import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { it } from 'node:test'
import { LiveRun } from '../../src/live/live_run.ts'
import { LiveTokens } from '../../src/live/live_tokens.ts'
import type { EntryOutline } from '../../src/tree/entry.ts'

const RUNS = 4
const RECORDS = 30_000
/** An id comes again after so many tokens, so that later ones overrule earlier ones, of other runs too. */
const IDS = 70_000
const NOW_MS = 1_700_000_000_000
const SHARD = 'agency/2026-11-25'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Each tenth revokes what came right before it; every thirteenth token has expired. */
function outlineAt(index: number): EntryOutline | undefined {
  if (index === 0) return undefined
  const isRevocation = index % 10 === 9
  const token = isRevocation ? index - 1 : index
  return {
    isRevocation,
    id: digest(String(token % IDS)).subarray(0, 16),
    inputHash: digest(`input ${token}`),
    expiresMs: NOW_MS + (token % 13 === 0 ? -5000 : 60_000),
  }
}

it('runs that are adopted at once answer as the same entries do one by one', () => {
  const [alone, adopted] = [new LiveTokens(), new LiveTokens()]
  const outlines = Array.from({ length: RUNS * RECORDS }, (_, index) => outlineAt(index))
  adopted.reserve(outlines.length, NOW_MS)
  for (let first = 0; first < outlines.length; first += RECORDS) {
    const run = new LiveRun(SHARD, first)
    for (const [i, outline] of outlines.slice(first, first + RECORDS).entries()) {
      run.push(outline)
      alone.add({ shard: SHARD, index: first + i }, outline, NOW_MS)
    }
    const file = run.encode({ root: digest('root'), earlierExpiry: 0 })
    const kept = LiveRun.decode(file)?.run
    assert.ok(kept !== undefined)
    adopted.adopt(kept, NOW_MS)
  }
  assert.equal(adopted.count, alone.count)
  let revoked = 0
  for (const outline of outlines) {
    if (outline === undefined) continue
    const { id, inputHash } = outline
    const known = alone.find(id, inputHash, NOW_MS)
    assert.deepEqual(adopted.find(id, inputHash, NOW_MS), known)
    if (typeof known === 'object' && known.isRevoked) revoked++
  }
  assert.ok(revoked > 1000)
})
