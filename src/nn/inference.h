/*
 * A network set up to answer: batch normalisation folded into the convolutions, activations and
 * residual adds fused behind them, all memory planned ahead.
 *
 *     mr_plan *plan;                                          // once, shared by all threads
 *     MR_TRY(mr_plan_create(network, values, 1, &plan));
 *     mr_runner *runner;                                      // one per thread
 *     MR_TRY(mr_runner_create(plan, &runner));
 *     mr_image_to_floats(&crop, network->mean, network->deviation, mr_runner_pixels(runner));
 *     MR_TRY(mr_runner_run_pixels(runner));                   // allocates nothing
 *     const float *logits = mr_runner_output(runner, 0);
 *
 * The plan holds the compiled primitives and the reordered weights and is never written after its
 * creation; a runner holds activations and scratch memory. The network and `values` may be freed
 * once the plan is made. Thread rule: a plan may be shared, a runner belongs to one thread at a
 * time.
 */
#ifndef MR_NN_INFERENCE_H
#define MR_NN_INFERENCE_H

#include "base/error.h"
#include "nn/network.h"

typedef struct mr_plan mr_plan;
typedef struct mr_runner mr_runner;

/* Compiles `network` with its parameters (network->total floats) for pictures in batches of
 * `batch`. */
mr_status mr_plan_create(const mr_network *network, const float *values, int batch, mr_plan **out);
void mr_plan_free(mr_plan *plan);

/* The plan must outlive its runners. */
mr_status mr_runner_create(const mr_plan *plan, mr_runner **out);
void mr_runner_free(mr_runner *runner);

/* batch × channels × height × width floats to be filled before each run. */
float *mr_runner_input(mr_runner *runner);

/* Answers for the whole batch; unused places may hold anything. MR_E_ENGINE if oneDNN refuses. */
mr_status mr_runner_run(mr_runner *runner);

/* The same for pictures whose channels lie side by side, batch × height × width × channels, which
 * is how the first layer reads them: a pass over the pictures less. */
float *mr_runner_pixels(mr_runner *runner);
mr_status mr_runner_run_pixels(mr_runner *runner);

/* Result k in NCHW order: batch × mr_network_output_size(network, k) floats. Inputs and results
 * share memory: a result is valid until the next picture is filled in, and a run may overwrite the
 * input. */
const float *mr_runner_output(const mr_runner *runner, int k);

/* Bytes of activations and scratch that one runner holds. */
size_t mr_plan_runner_bytes(const mr_plan *plan);

#endif
