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
 * `proven`: verified by arithmetic, or `isWellFormed`. `candidate`: unverified. `lesser`: a token
 * or something encrypted, reported beside the findings.
 */
export type Certainty = 'proven' | 'candidate' | 'lesser'

/**
 * `self-test`: published. `drbg`: most likely a random generator's. `fragment`: a part of a key.
 */
export type KeyNote = 'self-test' | 'drbg' | 'shielded' | 'fragment'
