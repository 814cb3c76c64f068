/**
 * Keys that an issuer no longer lists, as OpenID Federation has its historical keys.
 *
 * `iat` is the first look that listed a key, `exp` the last one. The exact times are unknown; the looks around are beside
 * them.
 *
 * Source: OpenID Federation 1.0, section "Federation Historical Keys Response".
 *
 * @module
 */
import type { KeyHistory } from './timeline.ts'

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.floor(ms / 1000))

/** Claims of the signed JWT of type `jwk-set+jwt`. */
export function historicalKeys(
  histories: readonly KeyHistory[],
  issuer: string,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const gone = histories.filter(
    ({ issuers, listings }) =>
      issuers.includes(issuer) && listings.at(-1)?.firstAbsentMs !== undefined,
  )
  const keys = gone.flatMap(({ key, listings }) => {
    const [first, last] = [listings[0], listings.at(-1)]
    if (first === undefined || last === undefined) return []
    return [
      {
        ...key.jwk,
        kid: key.kid ?? key.thumbprint,
        use: key.use,
        alg: key.alg ?? key.jwk['alg'],
        iat: seconds(first.firstPresentMs),
        exp: seconds(last.lastPresentMs),
        last_seen_absent: seconds(first.lastAbsentMs),
        first_seen_absent: seconds(last.firstAbsentMs),
      },
    ]
  })
  return { iss: issuer, iat: seconds(nowMs), keys }
}
