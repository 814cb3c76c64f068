import type { Json } from '@mintmark/core'
import type { Params, Session } from './session.ts'

/**
 * Answers about the evidence and its verdicts alone, each asked once. Invariant: no statement names a scratch table.
 */
export class Facts {
  readonly #answers = new Map<string, Promise<readonly Json[]>>()

  /** Values by what was asked for, and their keys. */
  readonly #values = new Map<string, Map<string, string>>()

  /** Values by key, without keys that have none; `ask` gets the keys that were not asked for before under this name. */
  async values(
    name: string,
    keys: readonly string[],
    ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<Map<string, string>> {
    const known = this.#values.get(name) ?? new Map<string, string>()
    this.#values.set(name, known)
    const strange = keys.filter((key) => !known.has(key))
    const found = strange.length === 0 ? new Map<string, string>() : await ask(strange)
    for (const key of strange) known.set(key, found.get(key) ?? '')
    return new Map(
      keys.map((key) => [key, known.get(key) ?? ''] as const).filter(([, value]) => value !== ''),
    )
  }

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
