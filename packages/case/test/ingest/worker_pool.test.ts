/** Threads that read logs: as many as there is work for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WorkerPool } from '../../src/ingest/worker_pool.ts'

/** Reads so many files at once, each a task of its own. */
async function read(pool: WorkerPool, files: number): Promise<readonly number[]> {
  const numbers = Array.from({ length: files }, (_, number) => number + 1)
  const parts = await Promise.all(
    numbers.map((evidenceId) =>
      pool.run(
        {
          kind: 'small',
          files: [
            {
              evidenceId,
              identity: String(evidenceId),
              bytes: Buffer.from('x\n'),
              rejects: [],
              sharedOrder: 'unproven' as const,
            },
          ],
        },
        () => Promise.resolve(),
      ),
    ),
  )
  return parts.flatMap((done) => done.parts).map(({ evidenceId }) => evidenceId)
}

describe('of a pool of two threads', () => {
  for (const { name, tasks, threads } of [
    { name: 'none is started where there is nothing to read', tasks: [], threads: 0 },
    { name: 'one is started for one task after another', tasks: [1, 1, 1], threads: 1 },
    { name: 'both are started for two tasks at once', tasks: [2], threads: 2 },
    { name: 'no third is started for more', tasks: [5], threads: 2 },
  ])
    it(name, async () => {
      const pool = new WorkerPool(2)
      try {
        for (const files of tasks) {
          await pool.ready()
          const wanted = Array.from({ length: files }, (_, number) => number + 1)
          assert.deepEqual(await read(pool, files), wanted)
        }
        assert.equal(pool.started, threads)
      } finally {
        await pool.close()
      }
    })
})
