/* libcurl, loaded when it is first used: it brings thirty libraries with it, which take a third of the
 * time in which a command that sends nothing starts, and several megabytes.
 *
 * Nothing but `seed_curl_global_init` may be called before that has returned `CURLE_OK`. Variadic
 * functions and function-like macros aren't imported into Swift; so there is a setter for each type of
 * value, which must be the one that the option wants. */
#ifndef CURL_ON_DEMAND_H
#define CURL_ON_DEMAND_H

/* The checks are macros around variadic calls, of which Swift sees neither. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*seed_curl_mover)(char *buffer, size_t size, size_t count, void *context);

/* Loads libcurl and starts it; to be called once. `CURLE_FAILED_INIT` where it isn't installed. */
CURLcode seed_curl_global_init(void);

CURL *seed_curl_easy_init(void);
void seed_curl_easy_cleanup(CURL *handle);
CURLcode seed_curl_easy_perform(CURL *handle);
const char *seed_curl_easy_strerror(CURLcode code);
struct curl_slist *seed_curl_slist_append(struct curl_slist *list, const char *text);
void seed_curl_slist_free_all(struct curl_slist *list);

CURLcode seed_curl_set_number(CURL *handle, CURLoption option, long value);
CURLcode seed_curl_set_size(CURL *handle, CURLoption option, curl_off_t value);
/* libcurl copies the text. */
CURLcode seed_curl_set_text(CURL *handle, CURLoption option, const char *value);
/* libcurl keeps the list's address, and nothing more. */
CURLcode seed_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode seed_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode seed_curl_set_mover(CURL *handle, CURLoption option, seed_curl_mover value);
CURLcode seed_curl_set_progress(CURL *handle, curl_xferinfo_callback value);
CURLcode seed_curl_get_number(CURL *handle, CURLINFO info, long *value);
CURLcode seed_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value);
/* The text belongs to the handle. */
CURLcode seed_curl_get_text(CURL *handle, CURLINFO info, char **value);

#endif
