import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Window } from '../../src/anchors/scan_plan.ts'
import { type Claims, claim } from '../../src/engine/claims.ts'
import { PooledSearch } from '../../src/engine/pooled_search.ts'
import type { ScannerTask } from '../../src/engine/scanner_task.ts'
import { Searcher, type SearchOrder } from '../../src/engine/searcher.ts'
import type { WindowResult } from '../../src/engine/window_result.ts'

const TASK: ScannerTask = { kind: 'values', isDeep: false, materials: [] }
const WINDOWS = 40

/** A thread that searches nothing. */
class Thread extends Searcher {
  readonly atHand = 4
  readonly isPrompt = false
  /** Windows that it searched. */
  readonly done: number[] = []
  /** The first window that it does not answer. */
  readonly #stopsAt: number
  /** Ends there; otherwise it answers once {@link goOn} is called, and comes to nothing behind it until then. */
  readonly #ends: boolean
  #claims: Claims | undefined
  #kept: SearchOrder[] | undefined

  constructor({ stopsAt = WINDOWS, ends = false } = {}) {
    super()
    this.#stopsAt = stopsAt
    this.#ends = ends
  }

  send(order: SearchOrder): void {
    if (order.kind === 'task') this.#claims = order.claims
    if (order.kind === 'window') setImmediate(() => this.#come(order))
  }

  goOn(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    const [first, ...rest] = kept
    if (first?.kind === 'window') this.#answer(first.index)
    for (const order of rest) this.#come(order)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #come(order: SearchOrder): void {
    if (order.kind !== 'window' || this.#claims === undefined || this.isOver) return
    if (this.#kept !== undefined) {
      this.#kept.push(order)
      return
    }
    if (!claim(this.#claims, order.ticket)) return
    if (order.index < this.#stopsAt) {
      this.#answer(order.index)
    } else if (this.#ends) {
      this.isOver = true
      this.onEnd()
    } else this.#kept = [order]
  }

  #answer(index: number): void {
    this.done.push(index)
    const nothing: WindowResult = {
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
    this.onAnswer({ index, result: nothing })
  }
}

/** Numbers of the windows that were taken, and of those that were lost. */
async function searched(
  threads: readonly Thread[],
  startAnew: () => Thread,
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
  await new PooledSearch(TASK, threads, windows.values(), take, startAnew).run()
  return { taken, lost }
}

const endsAtOnce = (): Thread => new Thread({ stopsAt: 0, ends: true })
const none = (): Thread => assert.fail('no thread ended')
const ALL = Array.from({ length: WINDOWS }, (_, number) => number)

it('each window is taken once, in order, by one of the threads', async () => {
  const threads = [new Thread(), new Thread(), new Thread()]
  assert.deepEqual(await searched(threads, none), { taken: ALL, lost: [] })
  const done = threads.flatMap((thread) => thread.done)
  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    ALL,
  )
})

it('what waits behind a slow window is taken by a thread that has nothing left', async () => {
  const slow = new Thread({ stopsAt: WINDOWS - 8 })
  const quick = new Thread()
  const search = searched([slow, quick], none)
  const timer = setInterval(() => {
    // All but the slow window.
    if (slow.done.length + quick.done.length === WINDOWS - 1) slow.goOn()
  }, 1)
  assert.deepEqual(await search, { taken: ALL, lost: [] })
  clearInterval(timer)
  assert.equal(
    slow.done.at(-1),
    slow.done.find((index) => index >= WINDOWS - 8),
  )
})

it('of a thread that ends, the window that it was at is lost, and what it had not come to is not', async () => {
  const ending = new Thread({ stopsAt: 10, ends: true })
  const anew: Thread[] = []
  const { taken, lost } = await searched([ending, new Thread()], () => {
    const thread = new Thread()
    anew.push(thread)
    return thread
  })
  assert.deepEqual(taken, ALL)
  assert.equal(lost.length, 1)
  assert.ok((lost[0] ?? 0) >= 10)
  assert.equal(anew.length, 1)
})

it('where every thread ends at each window, those that are left are lost, too', async () => {
  const { taken, lost } = await searched([endsAtOnce()], endsAtOnce)
  assert.deepEqual([taken, lost], [ALL, ALL])
})
