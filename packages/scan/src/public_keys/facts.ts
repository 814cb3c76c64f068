/**
 * What is known of public keys without looking for their private halves: light to load.
 *
 * @module
 */
export { CURVES } from '../arithmetic/curves.ts'
export { isOnCurve } from '../arithmetic/ec.ts'
export { fastGcd } from '../known/fast_gcd.ts'
export { selfTestOrigin } from '../self_test_keys.ts'
