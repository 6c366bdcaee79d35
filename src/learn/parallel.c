#include "learn/parallel.h"

#include "base/signals.h"

#include <omp.h>
#include <stdbool.h>
#include <stdio.h>

/* The error text belongs to the thread that failed, so it is carried over to the caller's. */
typedef struct failure {
    mr_status status;
    char text[1024];
} failure;

static bool failed(const failure *first) {
    bool answer;
#pragma omp critical(mr_parallel)
    answer = first->status != MR_OK;
    return answer;
}

static void note_failure(failure *first, mr_status status) {
#pragma omp critical(mr_parallel)
    if (first->status == MR_OK) {
        first->status = status;
        snprintf(first->text, sizeof first->text, "%s", mr_last_error());
    }
}

mr_status mr_parallel(size_t count, mr_work work, void *context) {
    failure first = {.status = MR_OK};
#pragma omp parallel
    {
        /* These threads run a network's kernels later as well, and are for computing only. */
        if (omp_get_thread_num() > 0)
            mr_signals_hold(NULL);
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < count; i++) {
            mr_status status = failed(&first) ? MR_OK : work(context, i);
            if (status != MR_OK)
                note_failure(&first, status);
        }
    }
    return first.status == MR_OK ? MR_OK : mr_fail(first.status, "%s", first.text);
}
