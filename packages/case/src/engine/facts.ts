import type { Json } from '@mintmark/core'
import type { Params, Session } from './session.ts'

/**
 * Answers about the evidence and its verdicts alone, each asked once. Invariant: no statement names a scratch table.
 */
export class Facts {
  readonly #answers = new Map<string, Promise<readonly Json[]>>()

  /** If it throws, the next caller asks again. */
  async rows(session: Session, sql: string, params: Params = {}): Promise<readonly Json[]> {
    const key = JSON.stringify([sql, params])
    const known = this.#answers.get(key)
    if (known !== undefined) return await known
    const asked = session.rows(sql, params)
    this.#answers.set(key, asked)
    try {
      return await asked
    } catch (cause) {
      this.#answers.delete(key)
      throw cause
    }
  }
}
