/** One observation of a document: its content, time and circumstances. */

/** Where the time of an observation comes from: Mintmark's clock at the request, or a record of others. */
export type Clock = 'fetched' | 'commit' | 'file-name' | 'file-time' | 'har'

export interface Seen {
  /** Name of the document that is followed: a URL, `file:NAME`, `git:PATH`, `announced:NAME`. */
  readonly document: string
  readonly atMs: number
  readonly clock: Clock
  /** `gone`: it was removed, and lists nothing. `unavailable`: its content is unknown. */
  readonly outcome: 'read' | 'gone' | 'unavailable'
  readonly why?: string | undefined
  readonly status?: number | undefined
  /** `etag`, `last-modified`, `cache-control`, `date`, `age`, `content-type`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Uint8Array | undefined
  /** 304: the body is the one of this hash, seen before. */
  readonly unchanged?: string | undefined
  /** SHA-256 of the certificates of the connection, hex, the server's first. */
  readonly chain?: readonly string[] | undefined
  /** How long the server asks not to be asked again. Not recorded. */
  readonly retryAfterMs?: number | undefined
  readonly issuer?: string | undefined
  readonly className?: string | undefined
  readonly commit?: string | undefined
}
