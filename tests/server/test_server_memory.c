/* Memory runs out at every place in turn: the server does not start, or answers or closes, and goes
 * on as soon as there is memory again. */
#include "counted_memory.h"
#include "http_client.h"
#include "server/server.h"
#include "support.h"

#include <string.h>
#include <sys/socket.h>

static mr_store *store;

static mr_server_options options(void) {
    mr_server_options made = mr_server_options_defaults();
    made.listen = "127.0.0.1:0";
    made.store = store;
    made.engine.attributes = (mr_attribute_set){0};
    made.engine.films = false;
    made.workers = 1;
    made.rate = made.burst = 1e6;
    return made;
}

static int open_store(void **state) {
    (void)state;
    return mr_store_open("sqlite::memory:", &store) == MR_OK ? 0 : -1;
}

static int close_store(void **state) {
    (void)state;
    mr_store_close(store);
    return 0;
}

/* The status of a start of which one allocation fails; MR_OK, with the server stopped again, when
 * it can do without. */
static mr_status start_failing(const mr_server_options *chosen, long failing, long *asked) {
    mr_server *server = NULL;
    mr_memory_asked = 0;
    mr_memory_failing = failing;
    mr_status status = mr_server_start(chosen, &server);
    *asked = mr_memory_asked;
    mr_memory_failing = -1;
    mr_server_stop(server);
    return status;
}

/* Every allocation of the first hundred, then some of those that are left. */
static void a_start_without_memory_is_an_error(void **state) {
    (void)state;
    mr_server_options chosen = options();
    long failures = 0, asked;
    bool reached = true; /* the allocation that was to fail */
    for (long failing = 0; reached; failing += failing < 100 ? 1 : 1 + failing / 12) {
        mr_status status = start_failing(&chosen, failing, &asked);
        if (status != MR_OK && status != MR_E_MEMORY)
            fail_msg("allocation %ld: %s: %s", failing, mr_status_name(status), mr_last_error());
        failures += status != MR_OK;
        reached = asked > failing;
    }
    assert_true(failures > 50);
}

/* Sends a request and reads until the server closes, without asking for memory. */
static size_t converse(int port, const char *request, char *heard, size_t size) {
    int number = http_connect(port);
    size_t used = 0;
    assert_true(number >= 0);
    (void)http_send(number, request, strlen(request));
    for (ssize_t n; (n = recv(number, heard + used, size - used, 0)) > 0; used += (size_t)n)
        continue;
    close(number);
    return used;
}

#define HEAD "Host: localhost\r\nConnection: close\r\n"

static void requests_without_memory_do_no_harm(void **state) {
    (void)state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\n" HEAD "\r\n",
        "GET /v1/films?query=a HTTP/1.1\r\n" HEAD "\r\n",
        "GET /metrics HTTP/1.1\r\n" HEAD "\r\n",
        "GET /none HTTP/1.1\r\n" HEAD "\r\n",
        "POST /v1/viewers HTTP/1.1\r\n" HEAD "Content-Type: application/json\r\n"
        "Content-Length: 17\r\n\r\n{\"consent\": true}",
        "POST /v1/analyze HTTP/1.1\r\n" HEAD "Content-Type: image/jpeg\r\n"
        "Content-Length: 8\r\n\r\n\xff\xd8\xff\xe0 cut",
    };
    static char heard[1 << 17];
    mr_server_options chosen = options();
    mr_server *server;
    assert_ok(mr_server_start(&chosen, &server));
    int port = mr_server_port(server);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        for (long failing = 0; failing < 25; failing++) {
            mr_memory_asked = 0;
            mr_memory_failing = failing;
            size_t size = converse(port, requests[i], heard, sizeof heard);
            mr_memory_failing = -1;
            if (size > 0)
                assert_memory_equal(heard, "HTTP/1.1 ", 9);
        }
    assert_true(converse(port, requests[0], heard, sizeof heard) > 1000);
    mr_server_stop(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_without_memory_is_an_error),
        cmocka_unit_test(requests_without_memory_do_no_harm),
    };
    return cmocka_run_group_tests(tests, open_store, close_store);
}
