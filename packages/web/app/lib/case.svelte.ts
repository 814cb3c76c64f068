/** The answer to the selection in the address: every view reads it here, so that all agree. */
import type { AnswerView } from '../../src/api.ts'
import { writeFocus } from '../../src/query.ts'
import { get, Loaded, messageOf } from './api.svelte.ts'
import { route } from './route.svelte.ts'

let changes = $state(0)
let boundsError = $state('')
const answer = new Loaded<AnswerView>()

async function followBounds(signal: AbortSignal): Promise<void> {
  try {
    await get('/api/upper-bounds', {}, signal)
    boundsError = ''
    changes++
  } catch (cause) {
    if (!signal.aborted) boundsError = messageOf(cause)
  }
}

export const theCase = {
  get answer(): Loaded<AnswerView> {
    return answer
  },
  /** No access is known to be the attacker's; that is a number only where every access has a verdict. */
  get isUnknown(): boolean {
    const { value } = answer
    return value?.scope.accesses === 0 && value.conclusion.unanswered.length > 0
  },
  none(what: string): string {
    return theCase.isUnknown ? `No ${what} known: not every access could be judged.` : ''
  },
  get changes(): number {
    return changes
  },
  again(): void {
    changes++
  },
  changed<Query>(query: Query): Query {
    void changes
    return query
  },
  query(more: Readonly<Record<string, string | number>> = {}): URLSearchParams {
    void changes
    const query = writeFocus(route.focus)
    for (const [name, value] of Object.entries(more)) query.set(name, String(value))
    return query
  },
  get boundsError(): string {
    return boundsError
  },
  /** To be called in an effect: asks anew when upper bounds are found again after a mark. */
  followBounds(): (() => void) | undefined {
    if (answer.value?.isRefreshing !== true) return undefined
    const gone = new AbortController()
    void followBounds(gone.signal)
    return () => gone.abort()
  },
  /** To be called in an effect: follows the address. */
  follow(): void {
    const query = theCase.query()
    answer.load((signal) => get('/api/answer', query, signal))
  },
}
