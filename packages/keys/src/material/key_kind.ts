export type KeyKind =
  | 'rsa'
  | 'ec'
  | 'ed25519'
  | 'ed448'
  | 'x25519'
  | 'x448'
  | 'dsa'
  | 'dh'
  | 'aes'
  | 'hmac'
  | 'ml-kem'
  | 'ml-dsa'
  | 'slh-dsa'
  | 'openpgp'
  | 'encrypted-key'
  | 'keystore'
  | 'token'

/**
 * `verified`: by arithmetic, or `isWellFormed`. `unverified`: by nothing. `protected`: a token
 * or something encrypted, reported beside the findings.
 */
export type Certainty = 'verified' | 'unverified' | 'protected'

/**
 * `self-test`: published. `drbg`: most likely a random generator's. `fragment`: a part of a key.
 */
export type KeyNote = 'self-test' | 'drbg' | 'shielded' | 'fragment'
