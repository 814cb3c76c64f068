/**
 * The answer to the selection in the address: every view reads it here, so that all agree.
 *
 * @module
 */
import type { AnswerView } from '../../src/api.ts'
import { writeFocus } from '../../src/query.ts'
import { get, Loaded } from './api.svelte.ts'
import { route } from './route.svelte.ts'

let changes = $state(0)
let unsettled = $state('')
const answer = new Loaded<AnswerView>()

async function settled(signal: AbortSignal): Promise<void> {
  try {
    await get('/api/settled', {}, signal)
    unsettled = ''
    changes++
  } catch (cause) {
    if (!signal.aborted) unsettled = cause instanceof Error ? cause.message : String(cause)
  }
}

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
    const query = writeFocus(route.focus)
    for (const [name, value] of Object.entries(more)) query.set(name, String(value))
    return query
  },
  /** Why upper bounds could not be found again after a mark. */
  get unsettled(): string {
    return unsettled
  },
  /** To be called in an effect: asks anew when upper bounds are found again after a mark. */
  settle(): (() => void) | undefined {
    if (answer.value?.isRefreshing !== true) return undefined
    const gone = new AbortController()
    void settled(gone.signal)
    return () => gone.abort()
  },
  /** To be called in an effect: follows the address. */
  follow(): void {
    const query = theCase.query()
    answer.load((signal) => get('/api/answer', query, signal))
  },
}
