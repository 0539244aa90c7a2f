#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

// Compound macros aren't imported into Swift.
enum {
  SEED_EVP_PKEY_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY,
};

// A string macro becomes a Swift string, whose C form lives for one call only; a parameter keeps the
// pointer for longer.
static inline OSSL_PARAM seed_mac_digest(char *name) {
  return OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
}

static inline OSSL_PARAM seed_rsa_modulus(unsigned char *number, size_t count) {
  return OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, number, count);
}

static inline OSSL_PARAM seed_rsa_exponent(unsigned char *number, size_t count) {
  return OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, number, count);
}
