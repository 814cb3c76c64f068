/**
 * A case on the desk: its answer, its selection written down, and the parts of it that somebody looks at.
 *
 * Everything is done one after the other: a part is never taken away while a question is put to it.
 *
 * @module
 */
import {
  type Answer,
  type AnswerOptions,
  addMark,
  answer,
  answerMarked,
  type Case,
  type Focus,
  focusOn,
  isMoved,
  type NewMark,
  type Scope,
  type Selected,
  scope,
  select,
  type Timeline,
  timeline,
  type Unknown,
  unknowns,
} from '@mintmark/case'
import { type FocusQuery, isWhole, writeFocus } from './query.ts'

/** Parts that are kept written down; the one that was not looked at for longest goes first. */
const MOST_PARTS = 6

/** What is said of a part. */
interface PartAnswer {
  readonly scope: Scope
  readonly timeline: Timeline
  readonly unknowns: readonly Unknown[]
}

interface Part {
  readonly selected: Selected
  answer?: PartAnswer
}

export class Desk {
  readonly #case: Case
  readonly #huntDirs: () => readonly string[]
  #answer: Answer
  #whole: Selected | undefined
  readonly #parts = new Map<string, Part>()
  #last: Promise<unknown> = Promise.resolve()

  private constructor(opened: Case, made: Answer, huntDirs: () => readonly string[]) {
    this.#case = opened
    this.#answer = made
    this.#huntDirs = huntDirs
  }

  /**
   * Answers for the case, and writes its selection down: the first view waits for neither.
   *
   * @param huntDirs folders with the user's own hunts, as they are when they are asked for
   * @throws {MintmarkError} as `answer`
   */
  static async open(
    opened: Case,
    huntDirs: () => readonly string[],
    { onStep }: Pick<AnswerOptions, 'onStep'> = {},
  ): Promise<Desk> {
    const hunts = { dirs: huntDirs() }
    const made = await answer(opened, {}, { hunts, ...(onStep !== undefined && { onStep }) })
    const desk = new Desk(opened, made, huntDirs)
    await desk.ask({ lists: {} }, () => Promise.resolve())
    return desk
  }

  get case(): Case {
    return this.#case
  }

  huntDirs(): readonly string[] {
    return this.#huntDirs()
  }

  get answer(): Answer {
    return this.#answer
  }

  /**
   * Runs `work` when everything before it is done.
   *
   * @param signal of who asked: `work` is not begun for somebody who has gone
   * @throws {Error} what `work` throws; the signal's reason
   */
  turn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted()
      return this.#kept(work)
    })
    this.#last = result.catch(() => undefined)
    return result
  }

  /** What was written down is gone where another process had the engine and has ended: it is written down anew. */
  async #kept<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (!isMoved(cause)) throw cause
      this.#parts.clear()
      this.#whole = undefined
      return work()
    }
  }

  /** Puts a question to the part of the selection that lies in the focus. Throws as `select` and `focusOn`. */
  ask<T>(
    query: FocusQuery,
    work: (selected: Selected) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.turn(async () => work((await this.#part(query)).selected), signal)
  }

  /** What is said of the part of the selection that lies in the focus. Throws as {@link ask}. */
  answerTo(query: FocusQuery, signal?: AbortSignal): Promise<PartAnswer> {
    if (isWhole(query)) return Promise.resolve(this.#answer)
    return this.turn(async () => {
      const part = await this.#part(query)
      try {
        part.answer ??= await this.#answerOf(part.selected)
      } catch (cause) {
        // Half an answer leaves tables behind that the next try would meet.
        await this.#putAway(writeFocus(query).toString())
        throw cause
      }
      return part.answer
    }, signal)
  }

  /** Adds a mark; everything that was written down is made anew. Throws as `addMark`. */
  mark(mark: NewMark): Promise<void> {
    return this.turn(async () => {
      const { session } = this.#case
      await addMark(session, mark)
      await this.#forget()
      const hunts = { dirs: this.#huntDirs() }
      this.#answer = await answerMarked(this.#case, this.#answer, { hunts })
    })
  }

  /** After hunts have changed. Throws as `answer`. */
  again(): Promise<void> {
    return this.turn(async () => {
      await this.#forget()
      this.#answer = await answer(this.#case, {}, { hunts: { dirs: this.#huntDirs() } })
    })
  }

  /** Takes away what was written down; the case stays open. */
  close(): Promise<void> {
    return this.turn(() => this.#forget())
  }

  async #answerOf(selected: Selected): Promise<PartAnswer> {
    const { session } = this.#case
    const bounded = await scope(session, selected)
    const course = await timeline(session, selected)
    const { keys } = this.#answer
    return {
      scope: bounded,
      timeline: course,
      unknowns: await unknowns(session, selected, { scope: bounded, timeline: course, keys }),
    }
  }

  async #part(query: FocusQuery): Promise<Part> {
    this.#whole ??= await select(this.#case.session, {})
    const whole = this.#whole
    if (isWhole(query)) return { selected: whole }
    const key = writeFocus(query).toString()
    const known = this.#parts.get(key)
    const part = known ?? { selected: await focusOn(this.#case.session, whole, this.#focus(query)) }
    // Put last: a map keeps the order in which keys came.
    this.#parts.delete(key)
    this.#parts.set(key, part)
    const [oldest] = this.#parts.keys()
    if (this.#parts.size > MOST_PARTS && oldest !== undefined) await this.#putAway(oldest)
    return part
  }

  /** Organisations and groups are what the scope says they are. */
  #focus({ from, to, lists }: FocusQuery): Focus {
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
      ...(lists.class !== undefined && { classes: lists.class }),
      ...(lists.principal !== undefined && { principals: lists.principal }),
      ...(lists.session !== undefined && { sessions: lists.session }),
      ...(lists.token !== undefined && { tokens: lists.token }),
      ...(lists.ip !== undefined && { addresses: lists.ip }),
      ...(lists.operation !== undefined && { operations: lists.operation }),
    }
  }

  async #putAway(key: string): Promise<void> {
    const part = this.#parts.get(key)
    this.#parts.delete(key)
    await part?.selected.close()
  }

  async #forget(): Promise<void> {
    for (const key of this.#parts.keys()) {
      // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
      await this.#putAway(key)
    }
    await this.#whole?.close()
    this.#whole = undefined
  }
}
