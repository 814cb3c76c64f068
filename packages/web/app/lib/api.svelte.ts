/**
 * The API's client. A failure is text for the reader, and never takes away what is shown already.
 *
 * @module
 */
import type { Api, Deeds } from '../../src/api.ts'

type Query = Readonly<Record<string, string | number>>

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
  return (await answered(
    await fetch(`${path}?${params.toString()}`, { signal: signal ?? null }),
  )) as Api[P]
}

/** @throws {Error} with the server's own words */
export async function post<P extends keyof Deeds>(
  path: P,
  body: Deeds[P]['takes'],
): Promise<Deeds[P]['gives']> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
  return (await answered(await fetch(path, init))) as Deeds[P]['gives']
}

async function answered(response: Response): Promise<unknown> {
  const body: unknown = await response.json()
  if (response.ok) return body
  const detail =
    typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : ''
  throw new Error(detail === '' ? `the server answered ${response.status}` : detail)
}

/** Something that is asked for again and again; the newest question counts. */
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
      if (this.#asking === asking)
        this.error = cause instanceof Error ? cause.message : String(cause)
    } finally {
      if (this.#asking === asking) this.isBusy = false
    }
  }
}
