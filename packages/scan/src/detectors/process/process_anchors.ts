/**
 * Anchors of structures that only the memory of a process has: most of them hold pointers, or what an
 * allocator writes. They are of 64-bit processes
 * whose lowest byte comes first.
 *
 * @module
 */
import { type Anchor, EIGHTHS } from '../../anchors/anchor.ts'
import { KEYBLOCK_ANCHORS } from '../binary/kerberos.ts'
import { GO_NAT_ANCHORS } from '../heap/go_nat.ts'
import { MALLOC_FACTOR_ANCHORS } from '../heap/malloc_factors.ts'
import { LATTICE_ANCHORS } from '../heap/malloc_lattice.ts'
import { MALLOC_RSA_ANCHORS } from '../heap/malloc_rsa.ts'
import { OPENSSL_RSA_ANCHORS } from '../heap/openssl_rsa.ts'
import { TOMMATH_ANCHORS } from '../heap/tommath_keys.ts'
import { GNUTLS_ANCHORS } from './gnutls_keys.ts'
import { GO_ECDH_ANCHORS } from './go_ecdh.ts'
import { GO_ECDSA_ANCHORS } from './go_ecdsa.ts'
import { GO_RSA_ANCHORS } from './go_rsa.ts'
import { MBEDTLS_ANCHORS } from './mbedtls_structures.ts'
import { NSS_EC_ANCHORS } from './nss_ec.ts'
import { OPENSSL_GROUP_ANCHORS } from './openssl_groups.ts'
import { OPENSSL_ML_KEM_ANCHORS } from './openssl_ml_kem.ts'
import { OPENSSL_ANCHORS } from './openssl_structures.ts'
import { RING_ANCHORS } from './ring_ecdsa.ts'
import { RUST_ANCHORS } from './rust_keys.ts'
import { SEED_ANCHORS } from './seed_and_public.ts'
import { WOLFSSL_EC_ANCHORS } from './wolfssl_ec.ts'

/** What begins in the middle of a word, or is of processes of 32 bits, says so; all others are at multiples of 8. */
export const PROCESS_ANCHORS: readonly Anchor[] = [
  ...OPENSSL_ANCHORS,
  ...OPENSSL_GROUP_ANCHORS,
  ...OPENSSL_ML_KEM_ANCHORS,
  ...OPENSSL_RSA_ANCHORS,
  ...LATTICE_ANCHORS,
  ...MBEDTLS_ANCHORS,
  ...SEED_ANCHORS,
  ...MALLOC_RSA_ANCHORS,
  ...MALLOC_FACTOR_ANCHORS,
  ...RING_ANCHORS,
  ...RUST_ANCHORS,
  ...GNUTLS_ANCHORS,
  ...GO_ECDH_ANCHORS,
  ...GO_ECDSA_ANCHORS,
  ...GO_NAT_ANCHORS,
  ...GO_RSA_ANCHORS,
  ...NSS_EC_ANCHORS,
  ...TOMMATH_ANCHORS,
  ...WOLFSSL_EC_ANCHORS,
  ...KEYBLOCK_ANCHORS,
].map((structure): Anchor => Object.assign({ alignment: EIGHTHS }, structure))
