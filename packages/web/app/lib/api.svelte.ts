/** The API's client. A failure is text for the reader, and takes away nothing that is shown. */
import type { Actions, Api } from '../../src/api.ts'

type Query = Readonly<Record<string, string | number>>

let trouble = $state('')
export const server = {
  get trouble(): string {
    return trouble
  },
}
const START = 'Start it again in its terminal, and open the address that it prints.'

/** @throws {Error} with the server's own words */
export async function get<P extends keyof Api>(
  path: P,
  query: URLSearchParams | Query = {},
  signal?: AbortSignal,
): Promise<Api[P]> {
  const params =
    query instanceof URLSearchParams
      ? query
      : new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server is built from the same types
  return (await answered(`${path}?${params.toString()}`, { signal: signal ?? null })) as Api[P]
}

/** @throws {Error} with the server's own words */
export async function post<P extends keyof Actions>(
  path: P,
  body: Actions[P]['takes'],
): Promise<Actions[P]['gives']> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
  return (await answered(path, init)) as Actions[P]['gives']
}

async function answered(address: string, init: RequestInit): Promise<unknown> {
  const response = await reached(address, init)
  const body: unknown = await response.json()
  if (response.status === 401)
    trouble = `This window is not let in any more: mintmark ui was started anew. ${START}`
  else trouble = ''
  if (response.ok) return body
  const detail =
    typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : ''
  throw new Error(detail === '' ? `the server answered ${response.status}` : detail)
}

async function reached(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause
    trouble = `mintmark ui does not answer: it has ended. ${START}`
    throw new Error('mintmark ui does not answer', { cause })
  }
}

/** Asked again whenever the question changes. To be called while a component is made. */
export function asked<P extends keyof Api>(
  path: P,
  question: () => URLSearchParams | Query | undefined,
): Loaded<Api[P]> {
  const loaded = new Loaded<Api[P]>()
  $effect(() => {
    const query = question()
    if (query !== undefined) loaded.load((signal) => get(path, query, signal))
  })
  return loaded
}

export class Action {
  isBusy: boolean = $state(false)
  error: string = $state('')

  async run(work: () => Promise<void>): Promise<void> {
    this.isBusy = true
    this.error = ''
    try {
      await work()
    } catch (cause) {
      this.error = messageOf(cause)
    } finally {
      this.isBusy = false
    }
  }
}

export class Loaded<T> {
  value: T | undefined = $state.raw(undefined)
  error: string = $state('')
  /** Something newer than `value` is on its way; so it is before anything was asked for. */
  isBusy: boolean = $state(true)
  #asking: AbortController | undefined

  load(ask: (signal: AbortSignal) => Promise<T>): void {
    this.#asking?.abort()
    const asking = new AbortController()
    this.#asking = asking
    void this.#take(ask, asking)
  }

  async #take(ask: (signal: AbortSignal) => Promise<T>, asking: AbortController): Promise<void> {
    this.isBusy = true
    try {
      const value = await ask(asking.signal)
      if (this.#asking !== asking) return
      this.value = value
      this.error = ''
    } catch (cause) {
      if (this.#asking === asking) this.error = messageOf(cause)
    } finally {
      if (this.#asking === asking) this.isBusy = false
    }
  }
}

export const messageOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)
