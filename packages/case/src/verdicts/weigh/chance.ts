/**
 * How likely it is that a log lost by itself what is missing.
 *
 * @module
 */

/** One-sided confidence of an upper bound on a rate: 99.9 %. */
const QUANTILE = 6.908
const SPREAD = 3.7

/** The largest share of rows that a log loses, when it lost `lost` of `of`: above the Poisson bound at 99.9 %. */
export function lossAtMost(lost: number, of: number): number {
  if (of <= 0) return 1
  return Math.min(1, (lost + QUANTILE + SPREAD * Math.sqrt(lost)) / of)
}

/** Natural logarithm of the chance that at least `least` of `of` are lost, each with chance `rate`. An upper bound. */
export function logTail(least: number, of: number, rate: number): number {
  if (least <= 0 || rate >= 1) return 0
  if (rate <= 0) return Number.NEGATIVE_INFINITY
  const share = least / of
  if (share <= rate) return 0
  // Chernoff's bound: of * KL(share, rate).
  const rest = share >= 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - rate))
  return -of * (share * Math.log(share / rate) + rest)
}
