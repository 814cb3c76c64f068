/**
 * The answer to the selection that stands in the address: every view reads it here, so that all say the same.
 *
 * @module
 */
import type { AnswerView } from '../../src/api.ts'
import { writeFocus } from '../../src/query.ts'
import { get, Loaded } from './api.svelte.ts'
import { place } from './place.svelte.ts'

let changes = $state(0)
const answer = new Loaded<AnswerView>()

export const theCase = {
  get answer(): Loaded<AnswerView> {
    return answer
  },
  /** Counts what was changed: whoever asks the case depends on it. */
  get changes(): number {
    return changes
  },
  /** Asks anew after a mark or a hunt. */
  again(): void {
    changes++
  },
  /** The selection as the API takes it, with other values beside it. */
  query(more: Readonly<Record<string, string | number>> = {}): URLSearchParams {
    void changes
    const query = writeFocus(place.focus)
    for (const [name, value] of Object.entries(more)) query.set(name, String(value))
    return query
  },
  /** To be called in an effect: follows the address. */
  follow(): void {
    const query = theCase.query()
    answer.load((signal) => get('/api/answer', query, signal))
  },
}
