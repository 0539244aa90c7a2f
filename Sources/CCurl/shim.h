#pragma once
// The checks are macros around variadic calls, of which Swift sees neither.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Variadic functions and function-like macros aren't imported into Swift: a setter for each type of
// value, which must be the one that the option wants.
static inline CURLcode seed_curl_global_init(void) {
  return curl_global_init(CURL_GLOBAL_DEFAULT);
}

static inline CURLcode seed_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode seed_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

// libcurl copies the text.
static inline CURLcode seed_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

// libcurl keeps the list's address, and nothing more.
static inline CURLcode seed_curl_set_list(CURL *handle, CURLoption option,
                                          struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode seed_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*seed_curl_mover)(char *buffer, size_t size, size_t count, void *context);

static inline CURLcode seed_curl_set_mover(CURL *handle, CURLoption option,
                                           seed_curl_mover value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode seed_curl_set_progress(CURL *handle, curl_xferinfo_callback value) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode seed_curl_get_number(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode seed_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}

// The text belongs to the handle.
static inline CURLcode seed_curl_get_text(CURL *handle, CURLINFO info, char **value) {
  return curl_easy_getinfo(handle, info, value);
}
