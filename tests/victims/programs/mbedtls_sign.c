/* Holds a private key (PEM file, first argument) with mbedTLS, and has signed with it. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <stdio.h>
#include <unistd.h>

static mbedtls_pk_context key;

int main(int argc, char **argv) {
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context drbg;
  unsigned char hash[32] = {7}, signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
  size_t length;
  if (argc != 2) return 2;
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&drbg);
  mbedtls_pk_init(&key);
  if (mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0) != 0) return 3;
  if (mbedtls_pk_parse_keyfile(&key, argv[1], NULL, mbedtls_ctr_drbg_random, &drbg) != 0) return 4;
  for (int i = 0; i < 20; i++) {
    hash[1] = (unsigned char)i;
    if (mbedtls_pk_sign(&key, MBEDTLS_MD_SHA256, hash, sizeof hash, signature, sizeof signature,
                        &length, mbedtls_ctr_drbg_random, &drbg) != 0)
      return 5;
  }
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
