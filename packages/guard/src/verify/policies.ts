/**
 * What is written down about issuers and audiences: who may issue for whom, and what happens when the ledger cannot tell.
 *
 * @module
 */

export interface IssuerPolicy {
  readonly issuer: string
  /** Such as `enterprise` or `consumer`: an audience takes tokens of its classes alone. */
  readonly issuerClass: string
  /** Values of `typ` that its access tokens have, in lower case and without `application/`. */
  readonly types: ReadonlySet<string>
  /** No token may live longer. */
  readonly maxLifetimeMs: number
  /** Whether ECDSA signatures with s in the upper half count: for an issuer whose signer cannot be told otherwise. */
  readonly takesHighS: boolean
}

/** `enforce`: recorded tokens alone. `monitor`: what is not recorded is let in, and told of. */
export type Mode = 'enforce' | 'enforce-with-grace' | 'monitor'

/**
 * While the head is older than allowed: `recorded` lets in tokens that are known to be recorded, revocations of the last
 * minutes unseen; `none` lets nobody in; `all` takes a signature for enough, and tells of each.
 */
export type WhenStale = 'recorded' | 'none' | 'all'

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
