/** What the page shows of a case. A part is never taken away while a question is put to it. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as cases from '@mintmark/case'
import { type FocusList, type FocusQuery, isWhole, writeFocus } from './query.ts'

/** Parts that are kept written down; the one that was not looked at for longest goes first. */
const MOST_PARTS = 6

type PartAnswer = Pick<cases.Answer, 'scope' | 'timeline' | 'unknowns'>

interface Refresh {
  readonly stop: AbortController
  readonly done: Promise<Error | undefined>
}

const IDLE_MS = 20

const asError = (cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause)))

const MEMBERS = [
  ['class', 'classes'],
  ['principal', 'principals'],
  ['session', 'sessions'],
  ['token', 'tokens'],
  ['ip', 'addresses'],
  ['operation', 'operations'],
] as const satisfies readonly (readonly [FocusList, keyof cases.Focus])[]

interface Part {
  readonly selected: cases.Selected
  answer?: PartAnswer
}

export class CaseViews {
  readonly case: cases.Case
  readonly huntDirs: () => readonly string[]
  #answer: cases.Answer
  #whole: cases.Selected | undefined
  readonly #parts = new Map<string, Part>()
  #last: Promise<unknown> = Promise.resolve()
  #busy = 0
  #mark = ''
  #markedAt = new Date(0).toISOString()
  #refresh: Refresh | undefined

  private constructor(opened: cases.Case, made: cases.Answer, huntDirs: () => readonly string[]) {
    this.case = opened
    this.#answer = made
    this.huntDirs = huntDirs
  }

  /**
   * The first view waits for neither answer nor selection.
   * @throws {MintmarkError} as `answer`
   */
  static async open(
    opened: cases.Case,
    huntDirs: () => readonly string[],
    { onStep }: Pick<cases.AnswerOptions, 'onStep'> = {},
  ): Promise<CaseViews> {
    const hunts = { dirs: huntDirs() }
    const made = await cases.answer(opened, {}, { hunts, ...(onStep !== undefined && { onStep }) })
    const views = new CaseViews(opened, made, huntDirs)
    await views.queued(async () => {
      views.#mark = await cases.marksMark(opened.session)
      views.#markedAt =
        (await cases.markTimes(opened.session, views.#markedAt)).at(-1) ?? views.#markedAt
      const { selected } = await views.#part({ lists: {} })
      // What the evidence answers whatever is selected is asked for before somebody waits for it.
      await views.#answerOf(selected)
    })
    return views
  }

  get answer(): cases.Answer {
    return this.#answer
  }

  queued<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.beside(() =>
      this.#last.then(() => {
        signal?.throwIfAborted()
        return this.#kept(work)
      }),
    )
    this.#last = result.catch(() => undefined)
    return result
  }

  /** What was written down is gone where another process had the engine and has ended: it is written down anew. */
  async #kept<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (!cases.isMoved(cause)) throw cause
      this.#parts.clear()
      this.#whole = undefined
      return work()
    }
  }

  ask<T>(
    query: FocusQuery,
    work: (selected: cases.Selected) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.queued(async () => work((await this.#part(query)).selected), signal)
  }

  answerTo(query: FocusQuery, signal?: AbortSignal): Promise<PartAnswer> {
    return this.queued(async () => {
      await this.#followMarks()
      if (isWhole(query)) return this.#answer
      const part = await this.#part(query)
      part.answer ??= await this.#answerOf(part.selected)
      return part.answer
    }, signal)
  }

  /** Runs `work` beside others, before what is found anew: it needs no part of the selection. */
  async beside<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++
    try {
      return await work()
    } finally {
      this.#busy--
    }
  }

  mark(
    write: (part: (query: FocusQuery) => Promise<cases.Selected>) => Promise<string>,
  ): Promise<string> {
    return this.queued(async () => {
      const at = await write(async (query) => (await this.#part(query)).selected)
      await this.#followMarks()
      return at
    })
  }

  get isRefreshing(): boolean {
    return this.#refresh !== undefined
  }

  /** Waits until the answer is whole. Throws why it could not be; the next call tries again. */
  async refreshed(): Promise<void> {
    while (this.#refresh !== undefined) {
      const refresh = this.#refresh
      // oxlint-disable-next-line no-await-in-loop -- a mark that comes meanwhile begins it again
      const cause = await refresh.done
      if (cause !== undefined && this.#refresh === refresh) {
        this.#startRefresh()
        throw cause
      }
    }
  }

  /** After hunts have changed. Throws as `answer`. */
  again(): Promise<void> {
    return this.queued(async () => {
      // It would rest on the hunts as they were.
      this.#refresh?.stop.abort()
      this.#refresh = undefined
      await this.#forget()
      this.#answer = await cases.answer(this.case, {}, { hunts: { dirs: this.huntDirs() } })
    })
  }

  async close(): Promise<void> {
    const refresh = this.#refresh
    this.#refresh = undefined
    refresh?.stop.abort()
    await refresh?.done
    await this.queued(() => this.#forget())
  }

  async #followMarks(): Promise<void> {
    const { session } = this.case
    const mark = await cases.marksMark(session)
    if (mark === this.#mark) return
    await this.#putAway(0)
    let { selected } = await this.#part({ lists: {} })
    // Closed where this fails: then the next question selects anew.
    this.#whole = undefined
    for (const at of await cases.markTimes(session, this.#markedAt)) {
      // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
      selected = await cases.remark(session, selected, at)
      this.#markedAt = at
    }
    this.#whole = selected
    this.#mark = mark
    this.#answer = await cases.answerAtOnce(session, this.#answer, selected)
    this.#startRefresh()
  }

  #startRefresh(): void {
    this.#refresh?.stop.abort()
    const stop = new AbortController()
    const done = this.#answerAnew(stop.signal).then(
      () => undefined,
      (cause: unknown) => (stop.signal.aborted ? undefined : asError(cause)),
    )
    this.#refresh = { stop, done }
  }

  /** Ambiguous accesses depend on all of the attacker's: they are found again in the background. */
  async #answerAnew(signal: AbortSignal): Promise<void> {
    const session = cases.background(this.case.session, () => this.#idle(), signal)
    const options = { hunts: { dirs: this.huntDirs() }, facts: this.#whole?.facts }
    const made = await cases.answerMarked({ ...this.case, session }, this.#answer, options)
    try {
      await this.queued(async () => {
        signal.throwIfAborted()
        await this.#forget()
        this.#whole = made.selected
        this.#answer = made.answer
        this.#refresh = undefined
      })
    } catch (cause) {
      await made.selected.close()
      throw cause
    }
  }

  async #idle(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- until nobody waits
    while (this.#busy > 0) await sleep(IDLE_MS)
  }

  async #answerOf(selected: cases.Selected): Promise<PartAnswer> {
    const { session } = this.case
    const bounded = await cases.scope(session, selected)
    const course = await cases.timeline(session, selected)
    const { keys } = this.#answer
    return {
      scope: bounded,
      timeline: course,
      unknowns: await cases.unknowns(session, selected, { scope: bounded, timeline: course, keys }),
    }
  }

  async #part(query: FocusQuery): Promise<Part> {
    this.#whole ??= await cases.select(this.case.session, {})
    const whole = this.#whole
    if (isWhole(query)) return { selected: whole }
    const key = writeFocus(query).toString()
    const known = this.#parts.get(key)
    const part = known ?? {
      selected: await cases.focusOn(this.case.session, whole, this.#focus(query)),
    }
    // Put last: a map keeps the order in which keys came.
    this.#parts.delete(key)
    this.#parts.set(key, part)
    await this.#putAway(MOST_PARTS)
    return part
  }

  #focus({ from, to, lists }: FocusQuery): cases.Focus {
    const { accounts } = this.#answer.scope
    const { organisation, group, mailbox } = lists
    const isOpen = organisation === undefined && group === undefined && mailbox === undefined
    const within = accounts
      .filter((one) => organisation?.includes(one.organisation) ?? true)
      .filter((one) => group?.some((name) => one.group.split('; ').includes(name)) ?? true)
      .map((one) => one.mailbox)
      .filter((name) => mailbox?.includes(name) ?? true)
    return {
      ...(from !== undefined && { fromMs: Date.parse(from) }),
      ...(to !== undefined && { toMs: Date.parse(to) }),
      ...(!isOpen && { accounts: within }),
      ...Object.fromEntries(
        MEMBERS.flatMap(([name, member]) => (name in lists ? [[member, lists[name]]] : [])),
      ),
    }
  }

  async #putAway(most: number): Promise<void> {
    for (const [key, { selected }] of [...this.#parts].slice(
      0,
      Math.max(0, this.#parts.size - most),
    )) {
      this.#parts.delete(key)
      // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
      await selected.close()
    }
  }

  async #forget(): Promise<void> {
    await this.#putAway(0)
    await this.#whole?.close()
    this.#whole = undefined
  }
}
