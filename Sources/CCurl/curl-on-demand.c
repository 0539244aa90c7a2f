#include "curl-on-demand.h"

#include <dlfcn.h>
#include <stdbool.h>

static CURLcode (*global_init)(long);
static CURL *(*easy_init)(void);
static void (*easy_cleanup)(CURL *);
static CURLcode (*easy_perform)(CURL *);
static CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
static CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
static const char *(*easy_strerror)(CURLcode);
static struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
static void (*slist_free_all)(struct curl_slist *);

static bool find(void *library, const char *name, void *function) {
  void *address = dlsym(library, name);
  /* POSIX lets a function's address be kept so. */
  *(void **)function = address;
  return address;
}

CURLcode seed_curl_global_init(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  bool is_whole = library && find(library, "curl_global_init", &global_init) &&
                  find(library, "curl_easy_init", &easy_init) &&
                  find(library, "curl_easy_cleanup", &easy_cleanup) &&
                  find(library, "curl_easy_perform", &easy_perform) &&
                  find(library, "curl_easy_setopt", &easy_setopt) &&
                  find(library, "curl_easy_getinfo", &easy_getinfo) &&
                  find(library, "curl_easy_strerror", &easy_strerror) &&
                  find(library, "curl_slist_append", &slist_append) &&
                  find(library, "curl_slist_free_all", &slist_free_all);
  return is_whole ? global_init(CURL_GLOBAL_DEFAULT) : CURLE_FAILED_INIT;
}

CURL *seed_curl_easy_init(void) { return easy_init(); }
void seed_curl_easy_cleanup(CURL *handle) { easy_cleanup(handle); }
CURLcode seed_curl_easy_perform(CURL *handle) { return easy_perform(handle); }
const char *seed_curl_easy_strerror(CURLcode code) { return easy_strerror(code); }

struct curl_slist *seed_curl_slist_append(struct curl_slist *list, const char *text) {
  return slist_append(list, text);
}

void seed_curl_slist_free_all(struct curl_slist *list) { slist_free_all(list); }

CURLcode seed_curl_set_number(CURL *handle, CURLoption option, long value) {
  return easy_setopt(handle, option, value);
}

CURLcode seed_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return easy_setopt(handle, option, value);
}

CURLcode seed_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return easy_setopt(handle, option, value);
}

CURLcode seed_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return easy_setopt(handle, option, value);
}

CURLcode seed_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return easy_setopt(handle, option, value);
}

CURLcode seed_curl_set_mover(CURL *handle, CURLoption option, seed_curl_mover value) {
  return easy_setopt(handle, option, value);
}

CURLcode seed_curl_set_progress(CURL *handle, curl_xferinfo_callback value) {
  return easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

CURLcode seed_curl_get_number(CURL *handle, CURLINFO info, long *value) {
  return easy_getinfo(handle, info, value);
}

CURLcode seed_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
  return easy_getinfo(handle, info, value);
}

CURLcode seed_curl_get_text(CURL *handle, CURLINFO info, char **value) {
  return easy_getinfo(handle, info, value);
}
