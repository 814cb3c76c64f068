/** The same evidence gives the same answer in a folder, on a server, and on two shards. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Answer, answer, ingest, openCase } from '@mintmark/case'
import { replayStorm0558 } from '@mintmark/replay'
import { clickHouseMissing, startClickHouse } from '@mintmark/testkit'

const missing = clickHouseMissing()
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing)

let folder: string
let logs: string
let wanted: Omit<Answer, 'case'>

async function answerAt(location: string): Promise<Omit<Answer, 'case'>> {
  const investigated = await openCase(location)
  try {
    await ingest(investigated, [logs])
    const { case: _place, ...found } = await answer(investigated)
    const steps: string[] = []
    const again = await answer(investigated, {}, { onStep: (step) => steps.push(step) })
    assert.deepEqual([again, steps], [{ ...found, case: investigated.location }, []], 'made twice')
    return found
  } finally {
    await investigated.close()
  }
}

describe('a case', () => {
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mintmark-server-'))
    logs = (await replayStorm0558({ out: path.join(folder, 'replay'), seed: 7, scale: 0.005 })).logs
    wanted = await answerAt(path.join(folder, 'case'))
    assert.ok(wanted.verdicts.unissued > 0)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const shards of [1, 2] as const)
    it(`gives the same answer on ${shards === 1 ? 'a server' : 'two shards'}`, {
      skip: missing ?? false,
    }, async () => {
      const server = await startClickHouse({ shards })
      try {
        assert.deepEqual(await answerAt(server.url), wanted)
      } finally {
        await server.stop()
      }
    })
})
