/** Who may issue for whom, and what happens when the ledger is unavailable. */
export interface IssuerPolicy {
  readonly issuer: string
  /** Such as `enterprise` or `consumer`: an audience admits tokens of its classes alone. */
  readonly issuerClass: string
  /** Values of `typ` in its access tokens, lower case, without `application/`. */
  readonly types: ReadonlySet<string>
  readonly maxLifetimeMs: number
  /** Whether ECDSA signatures with high s count: for an issuer whose signer makes them. */
  readonly takesHighS: boolean
}

/** `enforce`: recorded tokens alone. `monitor`: unrecorded tokens are admitted and reported. */
type Mode = 'enforce' | 'enforce-with-grace' | 'monitor'

/**
 * With an overaged head: `recorded` admits recorded tokens, without the latest revocations; `none`
 * nobody; `all` accepts the signature alone, and reports each token.
 */
type WhenStale = 'recorded' | 'none' | 'all'

export interface AudiencePolicy {
  readonly audience: string
  readonly classes: ReadonlySet<string>
  readonly mode: Mode
  /** The greatest age of a token that is admitted while the ledger cannot be asked. */
  readonly graceMs: number
  readonly whenStale: WhenStale
  readonly maxHeadAgeMs: number
  /** Claim that names the user to the resource. */
  readonly usernameClaim: string
}
