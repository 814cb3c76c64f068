/**
 * What kind of key it is, and how sure that is.
 *
 * @module
 */

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
 * `proven`: arithmetic shows that it is a key, or its encoding does and nothing can prove it (`isWellFormed`).
 * `candidate`: it has the shape of one, and nothing proves it. `lesser`: a token, or something encrypted: reported
 * beside the findings.
 */
export type Certainty = 'proven' | 'candidate' | 'lesser'
