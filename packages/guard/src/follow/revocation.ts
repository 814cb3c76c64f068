import { setTimeout as sleep } from 'node:timers/promises'
import { issuanceOf, type Revocation, signingInputOf, tokenIdBytes } from '@mintmark/ledger'
import type { FollowedLedger } from './ledger_follower.ts'

/** A ledger publishes within a second, and its witnesses may take some more. */
const PATIENCE_MS = 5000
const CHECK_MS = 20

/** @throws {MintmarkError} `ENTRY_REFUSED` for a token that no ledger records */
export function revocationOf(token: string, revokedAtMs: number): Revocation {
  const { tokenId, inputHash, expiresMs, issuer } = issuanceOf(signingInputOf(token))
  return { kind: 'revocation', tokenId, inputHash, expiresMs, revokedAtMs, issuer }
}

/** Waits until the guard has read the revocation; false if that takes too long. */
export async function isTakenIn(
  follower: Pick<FollowedLedger, 'find' | 'refresh'>,
  { issuer, tokenId, inputHash }: Revocation,
): Promise<boolean> {
  const id = tokenIdBytes(tokenId)
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; ) {
    if (follower.find(issuer, id, inputHash) === 'revoked') return true
    // oxlint-disable-next-line no-await-in-loop -- one lookup after the other
    await Promise.race([follower.refresh(), sleep(Math.max(0, endMs - performance.now()))])
    // oxlint-disable-next-line no-await-in-loop -- the same
    await sleep(CHECK_MS)
  }
  return false
}
