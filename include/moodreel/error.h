/*
 * Errors of Moodreel.
 *
 * Every function that can fail returns an mr_status: MR_OK (zero) or one of the codes below. The
 * code says what kind of thing went wrong; mr_last_error() says which file or field it was and
 * what was expected, in one line of English fit for a person. Out-parameters are untouched on
 * failure unless the function says otherwise.
 *
 *     mr_analysis analysis;
 *     if (mr_analyze_file(session, "me.jpg", &analysis) != MR_OK)
 *         fprintf(stderr, "%s\n", mr_last_error());
 *
 * Thread rule: the text belongs to the calling thread and says what failed until its next call of
 * any function here, which may try something in vain before it succeeds.
 */
#ifndef MOODREEL_ERROR_H
#define MOODREEL_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Public functions carry this; everything else stays inside the shared library. */
#define MR_API __attribute__((visibility("default")))

/* X(name, text): the only list of error codes; enum, names and texts are made from it. */
#define MR_ERRORS(X)                                                                               \
    X(OK, "success")                                                                               \
    X(E_ARGUMENT, "invalid argument")                                                              \
    X(E_MEMORY, "out of memory")                                                                   \
    X(E_IO, "cannot read or write")                                                                \
    X(E_NOT_FOUND, "not found")                                                                    \
    X(E_FORMAT, "not in the expected format")                                                      \
    X(E_TRUNCATED, "ends too early")                                                               \
    X(E_LIMIT, "exceeds a limit")                                                                  \
    X(E_UNSUPPORTED, "not supported")                                                              \
    X(E_MISMATCH, "does not fit together")                                                         \
    X(E_ENGINE, "the compute engine failed")                                                       \
    X(E_INTERRUPTED, "interrupted")                                                                \
    X(E_BUSY, "too busy")

typedef enum mr_status {
#define X(name, text) MR_##name,
    MR_ERRORS(X)
#undef X
        MR_STATUS_COUNT
} mr_status;

/* The code's name, "MR_E_FORMAT"; "MR_E_?" for a number that is no code. */
MR_API const char *mr_status_name(mr_status status);

/* The code's text, "not in the expected format". */
MR_API const char *mr_status_text(mr_status status);

/* What went wrong last in this thread: "face.jpg: truncated JPEG data". Never NULL. */
MR_API const char *mr_last_error(void);

#ifdef __cplusplus
}
#endif
#endif
