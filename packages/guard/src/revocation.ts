/**
 * A revocation of a token, as an entry of the ledger.
 *
 * @module
 */
import { issuanceOf, type Revocation, signingInputOf } from '@mintmark/ledger'

/** @throws {MintmarkError} `ENTRY_REFUSED` for a token that no ledger records */
export function revocationOf(token: string, revokedAtMs: number): Revocation {
  const { tokenId, inputHash, expiresMs, issuer } = issuanceOf(signingInputOf(token))
  return { kind: 'revocation', tokenId, inputHash, expiresMs, revokedAtMs, issuer }
}
