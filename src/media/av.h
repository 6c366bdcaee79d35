/*
 * What all that rests on libav shares: its errors in our words, and its log kept quiet.
 *
 * libav returns a number and writes the reason to its log. The log's last error of each thread is
 * kept instead of printed, so that a failure can say it.
 */
#ifndef MR_MEDIA_AV_H
#define MR_MEDIA_AV_H

#include "base/error.h"

/* Takes over the log, once; call it before anything else of libav. */
void mr_av_begin(void);

/*
 * Makes cameras known to libavformat. libavdevice is loaded only now, because it draws in some
 * ninety libraries for screens and sound that no camera needs and that would double the time that
 * the program takes to start. MR_E_UNSUPPORTED when it is not installed.
 */
mr_status mr_av_begin_devices(void);

/* Forgets this thread's last line of the log. */
void mr_av_forget(void);

/* This thread's last line of the log since mr_av_forget, or "". */
const char *mr_av_last_line(void);

/* "what: reason", where `code` is one of libav's negative numbers. */
mr_status mr_av_fail(int code, const char *what);

#endif
