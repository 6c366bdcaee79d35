/*
 * A list of oneDNN primitives with what they read and write: the compiled form of a network, used
 * by training and inference alike.
 *
 * A slot is one memory the program touches. Fixed slots point at memory that outlives the program;
 * arena slots are offsets into a block that each binding brings along, so that one program can run
 * in many threads, each over its own block. A step is a primitive with its arguments, or a call to
 * plain C for the few things that are no oneDNN primitive.
 *
 * Thread rule: a program is read-only once built; a binding belongs to one thread at a time.
 */
#ifndef MR_NN_PROGRAM_H
#define MR_NN_PROGRAM_H

#include "base/rng.h"
#include "nn/dnn.h"

typedef struct mr_slot {
    dnnl_memory_t memory; /* owned; for arena slots only its layout counts */
    size_t offset;        /* into the arena, bytes */
    bool in_arena;
} mr_slot;

typedef struct mr_arg {
    int name; /* DNNL_ARG_… */
    int slot;
} mr_arg;

/* What a C step is called with: its own context and the caller's random numbers. */
typedef void (*mr_step_call)(void *context, mr_rng *rng);

typedef struct mr_step {
    dnnl_primitive_t primitive; /* NULL: `call` */
    mr_step_call call;
    void *context;
    int first_arg, arg_count;
} mr_step;

/* A change of layout that oneDNN cannot be trusted with: value i goes from one offset to another.
 */
typedef struct mr_relayout {
    const float *from;
    float *to;
    size_t count;
    size_t *from_offsets, *to_offsets;
} mr_relayout;

typedef struct mr_program {
    mr_slot *slots;
    mr_step *steps;
    mr_arg *args;
    mr_pd *descriptors; /* owned: slots may have been laid out by them */
    mr_relayout **relayouts;
    size_t slot_count, step_count, arg_count, descriptor_count, relayout_count;
    size_t slot_capacity, step_capacity, arg_capacity, descriptor_capacity, relayout_capacity;
    size_t scratch_bytes; /* largest scratchpad that a step asks for */
} mr_program;

void mr_program_free(mr_program *program);

/* New slots: over fixed memory or at an arena offset, laid out as `md`. */
mr_status mr_program_fixed(mr_program *program, const mr_md *md, void *data, int *slot);
mr_status mr_program_arena(mr_program *program, const mr_md *md, size_t offset, int *slot);

/* The same, with the layout that a primitive chose. */
mr_status mr_program_fixed_chosen(mr_program *program, mr_pd pd, dnnl_query_t what, int index,
                                  void *data, int *slot);

/* A fixed slot over some channels of an NHWC tensor. */
mr_status mr_program_fixed_slice(mr_program *program, const mr_md *md, int first, int count,
                                 void *data, int *slot);

/* Hands a primitive descriptor to the program, which destroys it in the end. On failure it is
 * destroyed at once. */
mr_status mr_program_keep(mr_program *program, mr_pd pd);

/* Appends a step that runs `pd` (already kept). A scratchpad, if it wants one from outside, is
 * added. */
mr_status mr_program_step(mr_program *program, mr_pd pd, const mr_arg *args, int count);
mr_status mr_program_call(mr_program *program, mr_step_call call, void *context);

/* A step that copies one slot into another layout. `count` is the number of values. */
mr_status mr_program_reorder(mr_program *program, int from, int to, size_t count,
                             bool outside_scratch);

/* A program with its memories, ready to run. */
typedef struct mr_binding {
    const mr_program *program;
    dnnl_memory_t *memories; /* per slot; owned where the slot is in the arena */
    dnnl_exec_arg_t *args;
    dnnl_memory_t *scratchpads; /* per step; NULL where none is wanted */
    dnnl_stream_t stream;
} mr_binding;

/* `arena` and `scratch` (scratch_bytes) are the caller's and must outlive the binding. */
mr_status mr_binding_create(const mr_program *program, void *arena, void *scratch, mr_binding *out);
void mr_binding_free(mr_binding *binding);

/* Runs steps first … last-1 and waits for them. */
mr_status mr_binding_run(mr_binding *binding, size_t first, size_t last, mr_rng *rng);

#endif
