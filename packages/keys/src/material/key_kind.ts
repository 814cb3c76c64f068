/** Kinds of keys, and how certain a finding is. */

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
 * `proven`: verified by arithmetic, or well-formed where arithmetic has nothing to compare (`isWellFormed`).
 * `candidate`: it has the shape of a key, and nothing verifies it. `lesser`: a token, or something encrypted: reported
 * beside the findings.
 */
export type Certainty = 'proven' | 'candidate' | 'lesser'

/** `self-test`: a published test key. `drbg`: most likely a random generator's own. `fragment`: a part of a key. */
export type KeyNote = 'self-test' | 'drbg' | 'shielded' | 'fragment'
