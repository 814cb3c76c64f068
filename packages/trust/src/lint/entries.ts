/** Members that readers of configuration collect, within limits that hold for a whole file. @module */
import type { Setting } from './calls.ts'

export const MOST_ENTRIES = 100_000
export const MOST_DEPTH = 64
/** Each member repeats the path of its object: without an end, a long name would fill the memory. */
const LONGEST_NAME = 2000

export class Entries {
  #list: Setting[] = []
  #count = 0

  /** @throws {Error} above a limit */
  add(name: string, value: string, line: number): void {
    if (++this.#count > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} entries`)
    if (name.length > LONGEST_NAME) throw new Error(`a name longer than ${LONGEST_NAME} letters`)
    this.#list.push({ name, value: value.slice(0, 4000), line })
  }

  get size(): number {
    return this.#list.length
  }

  /** What was added since the last time: one document. */
  take(): readonly Setting[] {
    const taken = this.#list
    this.#list = []
    return taken
  }
}
