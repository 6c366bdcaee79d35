#include "nn/program.h"

#include "base/memory.h"
#include "base/signals.h"

#include <stdlib.h>
#include <string.h>

void mr_program_free(mr_program *program) {
    for (size_t i = 0; i < program->slot_count; i++)
        dnnl_memory_destroy(program->slots[i].memory);
    for (size_t i = 0; i < program->step_count; i++)
        if (program->steps[i].primitive)
            dnnl_primitive_destroy(program->steps[i].primitive);
    for (size_t i = 0; i < program->descriptor_count; i++)
        dnnl_primitive_desc_destroy(program->descriptors[i]);
    free(program->slots);
    free(program->steps);
    free(program->args);
    for (size_t i = 0; i < program->relayout_count; i++) {
        free(program->relayouts[i]->from_offsets);
        free(program->relayouts[i]->to_offsets);
        free(program->relayouts[i]);
    }
    free(program->relayouts);
    free(program->descriptors);
    *program = (mr_program){0};
}

static mr_status out_of_memory(void) {
    return mr_fail(MR_E_MEMORY, "no memory for a network's program");
}

/* Takes over `memory`. */
static mr_status add_slot(mr_program *p, dnnl_memory_t memory, bool in_arena, size_t offset,
                          int *slot) {
    if (!mr_grow(&p->slots, &p->slot_capacity, p->slot_count + 1, sizeof *p->slots)) {
        dnnl_memory_destroy(memory);
        return out_of_memory();
    }
    *slot = (int)p->slot_count;
    p->slots[p->slot_count++] = (mr_slot){memory, offset, in_arena};
    return MR_OK;
}

mr_status mr_program_fixed(mr_program *program, const mr_md *md, void *data, int *slot) {
    dnnl_memory_t memory;
    MR_TRY(mr_dnn_memory(md, data, &memory));
    return add_slot(program, memory, false, 0, slot);
}

mr_status mr_program_arena(mr_program *program, const mr_md *md, size_t offset, int *slot) {
    dnnl_memory_t memory;
    MR_TRY(mr_dnn_memory(md, DNNL_MEMORY_NONE, &memory));
    return add_slot(program, memory, true, offset, slot);
}

mr_status mr_program_fixed_chosen(mr_program *program, mr_pd pd, dnnl_query_t what, int index,
                                  void *data, int *slot) {
    dnnl_memory_t memory;
    MR_TRY(mr_dnn_memory_chosen(pd, what, index, data, &memory));
    return add_slot(program, memory, false, 0, slot);
}

mr_status mr_program_fixed_slice(mr_program *program, const mr_md *md, int first, int count,
                                 void *data, int *slot) {
    dnnl_memory_t memory;
    MR_TRY(mr_dnn_channel_slice(md, first, count, data, &memory));
    return add_slot(program, memory, false, 0, slot);
}

mr_status mr_program_keep(mr_program *program, mr_pd pd) {
    if (!mr_grow(&program->descriptors, &program->descriptor_capacity,
                 program->descriptor_count + 1, sizeof *program->descriptors)) {
        dnnl_primitive_desc_destroy(pd);
        return out_of_memory();
    }
    program->descriptors[program->descriptor_count++] = pd;
    return MR_OK;
}

mr_status mr_program_step(mr_program *p, mr_pd pd, const mr_arg *args, int count) {
    if (!mr_grow(&p->steps, &p->step_capacity, p->step_count + 1, sizeof *p->steps) ||
        !mr_grow(&p->args, &p->arg_capacity, p->arg_count + (size_t)count, sizeof *p->args))
        return out_of_memory();
    mr_step step = {.first_arg = (int)p->arg_count, .arg_count = count};
    MR_TRY(mr_dnn_check(dnnl_primitive_create(&step.primitive, pd), "primitive"));
    memcpy(p->args + p->arg_count, args, (size_t)count * sizeof *args);
    p->arg_count += (size_t)count;
    p->steps[p->step_count++] = step;
    size_t scratch = mr_dnn_bytes_chosen(pd, dnnl_query_scratchpad_md, 0);
    if (scratch > p->scratch_bytes)
        p->scratch_bytes = scratch;
    return MR_OK;
}

mr_status mr_program_call(mr_program *p, mr_step_call call, void *context) {
    if (!mr_grow(&p->steps, &p->step_capacity, p->step_count + 1, sizeof *p->steps))
        return out_of_memory();
    p->steps[p->step_count++] = (mr_step){.call = call, .context = context};
    return MR_OK;
}

static void move_values(void *context, mr_rng *rng) {
    (void)rng;
    const mr_relayout *r = context;
    for (size_t i = 0; i < r->count; i++)
        r->to[r->to_offsets[i]] = r->from[r->from_offsets[i]];
}

static mr_status add_relayout(mr_program *p, int from, int to, size_t count) {
    mr_relayout *r = calloc(1, sizeof *r);
    if (!r || !mr_grow(&p->relayouts, &p->relayout_capacity, p->relayout_count + 1,
                       sizeof *p->relayouts)) {
        free(r);
        return out_of_memory();
    }
    p->relayouts[p->relayout_count++] = r;
    r->count = count;
    r->from_offsets = mr_alloc(count * sizeof *r->from_offsets);
    r->to_offsets = mr_alloc(count * sizeof *r->to_offsets);
    if (!r->from_offsets || !r->to_offsets)
        return out_of_memory();
    dnnl_memory_t source = p->slots[from].memory, target = p->slots[to].memory;
    void *source_data, *target_data;
    MR_TRY(mr_dnn_check(dnnl_memory_get_data_handle(source, &source_data), "reorder source"));
    MR_TRY(mr_dnn_check(dnnl_memory_get_data_handle(target, &target_data), "reorder target"));
    r->from = source_data;
    r->to = target_data;
    mr_dnn_offsets(source, count, r->from_offsets);
    mr_dnn_offsets(target, count, r->to_offsets);
    return mr_program_call(p, move_values, r);
}

mr_status mr_program_reorder(mr_program *program, int from, int to, size_t count,
                             bool outside_scratch) {
    dnnl_memory_t source = program->slots[from].memory, target = program->slots[to].memory;
    bool fixed = !program->slots[from].in_arena && !program->slots[to].in_arena;
    if (fixed && !mr_dnn_reorder_is_safe(source, target))
        return add_relayout(program, from, to, count);
    dnnl_primitive_attr_t attr = NULL;
    if (outside_scratch)
        MR_TRY(mr_dnn_attr(&attr));
    mr_pd pd;
    mr_status status = mr_dnn_reorder(source, target, attr, &pd);
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    MR_TRY(status);
    MR_TRY(mr_program_keep(program, pd));
    return mr_program_step(program, pd, (mr_arg[]){{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, 2);
}

/* ---- binding -------------------------------------------------------------------------------- */

static const_dnnl_primitive_desc_t descriptor_of(dnnl_primitive_t primitive) {
    const_dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_get_primitive_desc(primitive, &pd);
    return pd;
}

static mr_status bind_slots(mr_binding *b, void *arena) {
    for (size_t i = 0; i < b->program->slot_count; i++) {
        const mr_slot *slot = &b->program->slots[i];
        if (slot->in_arena)
            MR_TRY(mr_dnn_memory_like(slot->memory, (char *)arena + slot->offset, &b->memories[i]));
        else
            b->memories[i] = slot->memory;
    }
    return MR_OK;
}

static mr_status bind_scratch(mr_binding *b, void *scratch) {
    for (size_t i = 0; i < b->program->step_count; i++) {
        dnnl_primitive_t primitive = b->program->steps[i].primitive;
        if (!primitive)
            continue;
        mr_pd pd = (mr_pd)descriptor_of(primitive);
        if (mr_dnn_bytes_chosen(pd, dnnl_query_scratchpad_md, 0) > 0)
            MR_TRY(
                mr_dnn_memory_chosen(pd, dnnl_query_scratchpad_md, 0, scratch, &b->scratchpads[i]));
    }
    return MR_OK;
}

/* Each step's arguments lie together, with room for a scratchpad behind them. */
static void bind_args(mr_binding *b) {
    const mr_program *p = b->program;
    for (size_t i = 0; i < p->step_count; i++) {
        const mr_step *step = &p->steps[i];
        dnnl_exec_arg_t *args = b->args + step->first_arg + i;
        for (int k = 0; k < step->arg_count; k++) {
            const mr_arg *arg = &p->args[step->first_arg + k];
            args[k] = (dnnl_exec_arg_t){arg->name, b->memories[arg->slot]};
        }
        if (b->scratchpads[i])
            args[step->arg_count] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, b->scratchpads[i]};
    }
}

static mr_status bind(mr_binding *b, void *arena, void *scratch) {
    const mr_program *p = b->program;
    b->memories = calloc(p->slot_count + 1, sizeof *b->memories);
    b->scratchpads = calloc(p->step_count + 1, sizeof *b->scratchpads);
    b->args = calloc(p->arg_count + p->step_count + 1, sizeof *b->args);
    if (!b->memories || !b->scratchpads || !b->args)
        return out_of_memory();
    MR_TRY(mr_dnn_stream(&b->stream));
    MR_TRY(bind_slots(b, arena));
    MR_TRY(bind_scratch(b, scratch));
    bind_args(b);
    return MR_OK;
}

mr_status mr_binding_create(const mr_program *program, void *arena, void *scratch,
                            mr_binding *out) {
    mr_binding made = {.program = program};
    mr_status status = bind(&made, arena, scratch);
    if (status == MR_OK)
        *out = made;
    else
        mr_binding_free(&made);
    return status;
}

void mr_binding_free(mr_binding *binding) {
    const mr_program *p = binding->program;
    for (size_t i = 0; binding->memories && i < p->slot_count; i++)
        if (p->slots[i].in_arena && binding->memories[i])
            dnnl_memory_destroy(binding->memories[i]);
    for (size_t i = 0; binding->scratchpads && i < p->step_count; i++)
        if (binding->scratchpads[i])
            dnnl_memory_destroy(binding->scratchpads[i]);
    if (binding->stream)
        dnnl_stream_destroy(binding->stream);
    free(binding->memories);
    free(binding->scratchpads);
    free(binding->args);
    *binding = (mr_binding){0};
}

static mr_status run_steps(mr_binding *b, size_t first, size_t last, mr_rng *rng) {
    for (size_t i = first; i < last; i++) {
        const mr_step *step = &b->program->steps[i];
        if (step->call) {
            step->call(step->context, rng);
            continue;
        }
        int count = step->arg_count + (b->scratchpads[i] ? 1 : 0);
        dnnl_status_t status = dnnl_primitive_execute(step->primitive, b->stream, count,
                                                      b->args + step->first_arg + i);
        if (status != dnnl_success)
            return mr_dnn_check(status, "execute");
    }
    return mr_dnn_check(dnnl_stream_wait(b->stream), "wait");
}

mr_status mr_binding_run(mr_binding *b, size_t first, size_t last, mr_rng *rng) {
    sigset_t before;
    mr_signals_hold(&before);
    mr_status status = run_steps(b, first, last, rng);
    mr_signals_release(&before);
    return status;
}
