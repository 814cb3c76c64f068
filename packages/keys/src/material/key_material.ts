/** Values of keys under examination. They stay in this package and the worker that found them. */

export interface RsaMaterial {
  readonly type: 'rsa'
  readonly n: bigint
  readonly e: bigint
  /** Primes, p > q; undefined where only n and e are known. Of a multi-prime key the first two. */
  readonly p: bigint | undefined
  readonly q: bigint | undefined
  readonly others?: readonly bigint[]
  /** As it was found; several differ by multiples of λ(n). */
  readonly d: bigint | undefined
}

export type Curve =
  | 'P-224'
  | 'P-256'
  | 'P-384'
  | 'P-521'
  | 'secp256k1'
  | 'brainpoolP256r1'
  | 'brainpoolP320r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'
  | 'P-192'
  | 'SM2'

export interface EcMaterial {
  readonly type: 'ec'
  readonly curve: Curve
  readonly x: bigint
  readonly y: bigint
  readonly d: bigint | undefined
}

export interface OkpMaterial {
  readonly type: 'okp'
  readonly curve: 'Ed25519' | 'Ed448' | 'X25519' | 'X448'
  readonly publicKey: Uint8Array
  /** Seed (Ed) or scalar (X) as RFC 8032 and RFC 7748 spell it. */
  readonly secret: Uint8Array | undefined
}

export interface OpaqueMaterial {
  readonly type: 'aes' | 'hmac' | 'ml-kem' | 'ml-dsa' | 'slh-dsa' | 'dsa' | 'dh'
  /** A post-quantum key's seed, or else expanded form; of DSA or DH highest byte first. */
  readonly secret: Uint8Array
  /** DER SubjectPublicKeyInfo, which names the algorithm too: for the key id. */
  readonly publicKey: Uint8Array | undefined
}

/** Of a DSA or DH key. The secret is empty where only its public half is known. */
export interface GroupMaterial extends OpaqueMaterial {
  readonly type: 'dsa' | 'dh'
  readonly publicKey: Uint8Array
}

/** Of ML-KEM or ML-DSA. Empty secret: only a public half; z is zeros if only s was found. */
export interface LatticeMaterial extends OpaqueMaterial {
  readonly type: 'ml-kem' | 'ml-dsa'
  readonly publicKey: Uint8Array
}

export type KeyMaterial = RsaMaterial | EcMaterial | OkpMaterial | OpaqueMaterial
