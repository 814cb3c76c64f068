import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Window } from '../../src/anchors/scan_plan.ts'
import { PooledSearch } from '../../src/engine/pool.ts'
import type { ScannerTask } from '../../src/engine/scanner_task.ts'
import { Searcher, type SearchOrder } from '../../src/engine/searcher.ts'
import type { WindowResult } from '../../src/engine/window_result.ts'

const TASK: ScannerTask = { kind: 'values', isDeep: false, materials: [] }
const WINDOWS = 40

/** A thread that searches nothing. */
class Thread extends Searcher {
  readonly atHand = 4
  /** How many windows it searched. */
  done = 0
  /** It ends at this one of its windows. */
  readonly #endsAt: number

  constructor(endsAt = WINDOWS) {
    super()
    this.#endsAt = endsAt
  }

  send(order: SearchOrder): void {
    if (order.kind === 'window') setImmediate(() => this.#come())
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #come(): void {
    if (this.isOver) return
    if (this.done === this.#endsAt) {
      this.isOver = true
      this.onEnd()
      return
    }
    this.done++
    this.onAnswer({
      rawFindings: [],
      limits: [],
      publicKeys: [],
      keys: [],
      possible: [],
      packed: [],
      zeros: [],
      verifiedBytes: 0,
      searched: 1,
    })
  }
}

/** Numbers of the windows that were taken, and of those that were lost. */
async function searched(
  threads: readonly Thread[],
): Promise<{ readonly taken: readonly number[]; readonly lost: readonly number[] }> {
  const taken: number[] = []
  const lost: number[] = []
  const windows: Window[] = Array.from({ length: WINDOWS }, (_, offset) => {
    return { offset, length: 1, pieces: [] }
  })
  const take = ({ offset }: Window, result: WindowResult | undefined): void => {
    taken.push(offset)
    if (result === undefined) lost.push(offset)
  }
  await new PooledSearch(TASK, threads, windows.values(), take).run()
  return { taken, lost }
}

const ALL = Array.from({ length: WINDOWS }, (_, number) => number)

it('each window is taken once, in order, by one of the threads', async () => {
  const threads = [new Thread(), new Thread(), new Thread()]
  assert.deepEqual(await searched(threads), { taken: ALL, lost: [] })
  assert.equal(
    threads.reduce((sum, { done }) => sum + done, 0),
    WINDOWS,
  )
})

it('of a thread that ends, the window that it was at is lost, and what it had not come to is not', async () => {
  const ending = new Thread(5)
  const other = new Thread()
  const { taken, lost } = await searched([ending, other])
  assert.deepEqual(taken, ALL)
  assert.equal(lost.length, 1)
  assert.deepEqual([ending.done, other.done], [5, WINDOWS - 6])
})
