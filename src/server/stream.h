/*
 * Live streams: GET /v1/stream, a WebSocket (RFC 6455) that takes frames of a camera and answers
 * with the people in them and with films for them.
 *
 *     mr_stream_options options = mr_stream_options_defaults();
 *     MR_TRY(mr_streams_create(&options, lessor, pool, store, &latency, &streams));
 *     …                                        // for each GET /v1/stream, after key and Origin:
 *     status = mr_streams_accept(streams, connection, &response);
 *     if (status == MR_OK)
 *         MHD_queue_response(connection, MHD_HTTP_SWITCHING_PROTOCOLS, response);
 *     …                                        // to end the server, in this order:
 *     mr_streams_stop(streams);                // says good-bye, close code 1001
 *     MHD_stop_daemon(daemon);
 *     mr_pool_stop(pool);
 *     mr_streams_free(streams);
 *
 * Up come frames (binary: one JPEG, PNG or WebP picture each) and wishes (text: {"type": "settings"
 * | "refresh", …}, see stream_settings.h). Down go {"type": "hello" | "people" | "films" |
 * "error"}, see stream_task.h. The daemon needs MHD_ALLOW_UPGRADE.
 *
 * One thread serves the sockets of all streams and never waits for any of them; the frames are
 * looked at by the workers, one of each stream at a time. The newest frame wins: one that comes
 * while another waits takes its place, and the one that is replaced is counted as skipped. A client
 * that reads slowly gets the newest answers only, and is dropped when it does not read at all. So
 * a stream holds three buffers for pictures, which are used again and again, and no more than one
 * answer of each kind twice, whatever the client does.
 *
 * When the models are reloaded, a stream goes on with its next frame; its people are met anew.
 *
 * Thread rule: all functions may be called by any thread at any time, stop and free by one of them.
 */
#ifndef MR_SERVER_STREAM_H
#define MR_SERVER_STREAM_H

#include "server/pool.h"
#include "store/store.h"

#include <microhttpd.h>

/* The cookie that names the viewer whose history counts. */
#define MR_VIEWER_COOKIE "moodreel_viewer"

typedef struct mr_streams mr_streams;

typedef struct mr_stream_options {
    size_t limit;             /* streams at once; 32 */
    size_t limit_of_client;   /* of one address (rate.h); 16, so that nobody alone takes all */
    bool trusted_proxy;       /* the address is the one that X-Forwarded-For tells; false */
    size_t message_bytes;     /* largest frame; 4 MB */
    double frames_per_second; /* of one stream, those beyond are skipped; 60 */
    double ping;              /* seconds between two pings; 15 */
    double idle;              /* seconds without a sign of life until a stream is closed; 60 */
    double message;           /* seconds from the first to the last byte of one message; 30 */
    double stall;             /* seconds that a client may let an answer lie; 20 */
    /* What may be estimated at all; everything. A client can only ask for less. */
    mr_attribute_set attributes;
    bool ethnicity; /* estimated without being asked for; false */
} mr_stream_options;

mr_stream_options mr_stream_options_defaults(void);

/* `store` may be NULL: then nobody has a history. What is passed must outlive the streams. */
mr_status mr_streams_create(const mr_stream_options *options, mr_lessor *lessor, mr_pool *pool,
                            mr_store *store, mr_latency *latency, mr_streams **out);

/* Stops and frees; the pool may be stopped already, but must still be there. */
void mr_streams_free(mr_streams *streams);

/*
 * Checks the handshake and makes the response with status 101, which the caller queues and
 * destroys. MR_E_FORMAT: no WebSocket handshake (400). MR_E_UNSUPPORTED: none of version 13 (426,
 * with "Upgrade: websocket" and "Sec-WebSocket-Version: 13"). MR_E_BUSY: too many streams, of all
 * or of this client, or the server stops (503, with Retry-After).
 */
mr_status mr_streams_accept(mr_streams *streams, struct MHD_Connection *connection,
                            struct MHD_Response **response);

/* Tells streams of this viewer that what they said of films has changed. */
void mr_streams_history_changed(mr_streams *streams, const char *viewer);

/* Closes all streams with 1001, waits a moment for the clients to answer, and ends the thread. New
 * streams are refused. Must come before MHD_stop_daemon, and while the workers still work. */
void mr_streams_stop(mr_streams *streams);

/* What has happened since the start, but `open`: streams of this moment. */
typedef struct mr_stream_stats {
    uint64_t open, opened;
    uint64_t frames, skipped; /* that came, and of these those that nobody looked at */
    uint64_t errors;          /* bad frames and messages */
    uint64_t dropped; /* streams that were cut off: too slow, silent, or against the rules */
} mr_stream_stats;

mr_stream_stats mr_streams_stats(mr_streams *streams);

#endif
