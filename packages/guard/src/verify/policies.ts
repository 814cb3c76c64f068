/**
 * Policies of issuers and audiences: who may issue for whom, and what happens when the ledger is unavailable.
 */
export interface IssuerPolicy {
  readonly issuer: string
  /** Such as `enterprise` or `consumer`: an audience admits tokens of its classes alone. */
  readonly issuerClass: string
  /** Values of `typ` that its access tokens have, in lower case and without `application/`. */
  readonly types: ReadonlySet<string>
  /** No token may live longer. */
  readonly maxLifetimeMs: number
  /** Whether ECDSA signatures with s in the upper half count: for an issuer whose signer makes them. */
  readonly takesHighS: boolean
}

/** `enforce`: recorded tokens alone. `monitor`: unrecorded tokens are admitted and reported. */
type Mode = 'enforce' | 'enforce-with-grace' | 'monitor'

/**
 * While the head is older than allowed: `recorded` admits tokens that are known to be recorded, without the revocations of
 * the last minutes; `none` admits nobody; `all` accepts the signature alone, and reports each token.
 */
type WhenStale = 'recorded' | 'none' | 'all'

export interface AudiencePolicy {
  readonly audience: string
  readonly classes: ReadonlySet<string>
  readonly mode: Mode
  /** With grace: how young a token has to be to be let in while the ledger cannot be asked. */
  readonly graceMs: number
  readonly whenStale: WhenStale
  readonly maxHeadAgeMs: number
  /** Claim that names the user to the resource. */
  readonly usernameClaim: string
}
