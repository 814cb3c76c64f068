export interface NatsAddress {
  /** `nats://HOST:PORT`, or `tls://`; it may contain a name and a password. */
  readonly url: string
  /** Also the first word of its subjects: letters, digits, `-` and `_`. */
  readonly stream: string
  /** Credentials of a user, as `nsc` writes them. */
  readonly credentialsFile?: string | undefined
}

export const STREAM_NAME: RegExp = /^[\w-]{1,64}$/
export const DEFAULT_STREAM = 'mintmark'

export function isNatsUrl(url: string): boolean {
  return /^(?:nats|tls):\/\/./.test(url) && URL.canParse(url)
}
