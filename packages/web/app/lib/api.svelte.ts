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
): Promise<Api[P]> {
  const params =
    query instanceof URLSearchParams
      ? query
      : new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server is built from the same types
  return (await answered(await fetch(`${path}?${params.toString()}`))) as Api[P]
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
  isBusy: boolean = $state(false)
  #asked = 0

  load(ask: () => Promise<T>): void {
    void this.#take(ask, ++this.#asked)
  }

  async #take(ask: () => Promise<T>, mine: number): Promise<void> {
    this.isBusy = true
    try {
      const value = await ask()
      if (mine !== this.#asked) return
      this.value = value
      this.error = ''
    } catch (cause) {
      if (mine === this.#asked) this.error = cause instanceof Error ? cause.message : String(cause)
    } finally {
      if (mine === this.#asked) this.isBusy = false
    }
  }
}
