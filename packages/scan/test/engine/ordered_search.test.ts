import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Window } from '../../src/anchors/scan_plan.ts'
import { OrderedSearch } from '../../src/engine/pool.ts'
import type { ScannerTask } from '../../src/engine/scanner_task.ts'
import type { SearchEnd, Searcher } from '../../src/engine/searcher.ts'
import type { WindowResult } from '../../src/engine/window_result.ts'

const TASK: ScannerTask = { kind: 'values', isDeep: false, materials: [] }
const WINDOWS = 40

const RESULT: WindowResult = {
  rawFindings: [],
  limits: [],
  publicKeys: [],
  materials: [],
  possible: [],
  packed: [],
  zeros: [],
  verifiedBytes: 0,
  searched: 1,
}

/** A thread that searches nothing. */
class Thread implements Searcher {
  readonly atHand = 4
  isOver: boolean = false
  /** How many windows it searched. */
  done = 0
  /** It ends at this one of its windows. */
  readonly #endsAt: number

  constructor(endsAt = WINDOWS) {
    this.#endsAt = endsAt
  }

  begin(): void {}

  search(): Promise<SearchEnd> {
    return new Promise((resolve) => {
      setImmediate(() => resolve(this.#answer()))
    })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #answer(): SearchEnd {
    if (this.isOver) return 'not-begun'
    this.isOver = this.done === this.#endsAt
    if (this.isOver) return undefined
    this.done++
    return RESULT
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
  await new OrderedSearch(threads, windows, take).run(TASK)
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
  const { taken, lost } = await searched([ending, new Thread()])
  assert.deepEqual(taken, ALL)
  assert.equal(lost.length, 1)
  assert.equal(ending.done, 5)
})

const refuse = (): void => assert.fail('refused')

it('where a result is refused, no more windows are given', async () => {
  const threads = [new Thread(), new Thread()]
  const windows = ALL.map((offset) => ({ offset, length: 1, pieces: [] }))
  await assert.rejects(new OrderedSearch(threads, windows, refuse).run(TASK), /refused/)
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  assert.ok(threads.reduce((sum, { done }) => sum + done, 0) <= 9)
})
