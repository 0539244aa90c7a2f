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
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

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

// The functions for stacks are macros.

static inline STACK_OF(X509) *seed_certificates_new(void) { return sk_X509_new_null(); }

static inline int seed_certificates_push(STACK_OF(X509) *certificates, X509 *certificate) {
  return sk_X509_push(certificates, certificate);
}

static inline int seed_certificates_count(const STACK_OF(X509) *certificates) {
  return sk_X509_num(certificates);
}

static inline X509 *seed_certificates_at(const STACK_OF(X509) *certificates, int index) {
  return sk_X509_value(certificates, index);
}

static inline void seed_certificates_free(STACK_OF(X509) *certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

// For a stack whose certificates belong to somebody else.
static inline void seed_certificates_free_stack(STACK_OF(X509) *certificates) {
  sk_X509_free(certificates);
}

// The certificates inside a token; they stay the token's.
static inline const STACK_OF(X509) *seed_token_certificates(PKCS7 *token) {
  return PKCS7_type_is_signed(token) && token->d.sign ? token->d.sign->cert : NULL;
}

// Whether a token has one signer, whose signed attributes are of the types that libcrypto reads them
// as: before 3.0.19 it didn't look.
static inline int seed_token_is_sound(PKCS7 *token) {
  static const int nids[][2] = {
      {NID_pkcs9_contentType, V_ASN1_OBJECT},
      {NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING},
      {NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE},
      {NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE},
  };
  STACK_OF(PKCS7_SIGNER_INFO) *signers;
  if (!PKCS7_type_is_signed(token) || !token->d.sign || !token->d.sign->contents ||
      !token->d.sign->contents->d.ptr)
    return 0;
  signers = PKCS7_get_signer_info(token);
  if (!signers || sk_PKCS7_SIGNER_INFO_num(signers) != 1) return 0;
  for (int i = 0; i < 4; i++) {
    ASN1_TYPE *value =
        PKCS7_get_signed_attribute(sk_PKCS7_SIGNER_INFO_value(signers, 0), nids[i][0]);
    if (value && (ASN1_TYPE_get(value) != nids[i][1] || !value->value.ptr)) return 0;
  }
  return 1;
}
