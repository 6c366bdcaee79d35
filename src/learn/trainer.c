#include "learn/trainer.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "learn/batch.h"
#include "learn/checkpoint.h"
#include "learn/degraded.h"
#include "learn/report.h"
#include "learn/teachers.h"
#include "learn/training_log.h"
#include "learn/trunk.h"
#include "nn/loss.h"
#include "nn/training.h"
#include "nn/weights.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NETWORK_LIMIT ((size_t)1 << 20)
#define STEP_STREAM   ((uint64_t)3 << 56) /* dropout and mixing */

typedef struct training_run {
    const mr_trainer_params *params;
    const mr_task *task;
    char *network_source, *network_path, *weights_path, *log_path, *checkpoint_path;
    char settings[MR_SETTINGS_MAX];
    mr_network *network;
    unsigned char *network_text; /* to become OUT/network.txt; NULL: it is that already */
    size_t network_size;
    int outputs[MR_HEADS_MAX]; /* of the network, for each head */
    float *gradients;
    mr_training *training;
    mr_teachers *teachers; /* NULL: none */
    mr_batch batch;
    mr_training_log log;
    mr_checkpoint state;
    mr_schedule schedule;
    long steps; /* an epoch */
} training_run;

typedef struct epoch_result {
    double losses[MR_HEADS_MAX], loss; /* means over the steps; their sum */
    double figures[MR_FIGURES_MAX], score;
    float rate; /* of the last step */
    double seconds;
} epoch_result;

mr_trainer_params mr_trainer_params_defaults(void) {
    return (mr_trainer_params){.epochs = 60,
                               .batch = 128,
                               .seed = 1,
                               .rate = 0.05f,
                               .final_share = 0.001f,
                               .warmup = 1,
                               .optimiser = mr_optimiser_params_defaults(),
                               .trunk_rate = 1,
                               .teaching = {.temperature = 1,
                                            .share = 0.5f,
                                            .unlabelled_share = 0.5f,
                                            .view = mr_degraded_view(80),
                                            .cover = MR_COVER_SHARE},
                               .average = 0.999f};
}

static mr_status check_teaching(const mr_teaching *t, const mr_task *task) {
    if (t->teacher_count > 0 && task->step)
        return mr_fail(MR_E_ARGUMENT, "training: %s cannot be learned from teachers", task->name);
    if (t->teacher_count > 0 && (!(t->temperature > 0) || !(t->share >= 0 && t->share <= 1)))
        return mr_fail(MR_E_ARGUMENT,
                       "training: the teachers' temperature must be positive, their share 0 to 1");
    return MR_OK;
}

static mr_status check_params(const mr_trainer_params *p, const mr_task *task) {
    if (!p->out)
        return mr_fail(MR_E_ARGUMENT, "training: no folder for the model is given");
    if (p->epochs < 1 || p->batch < 1 || p->threads < 0 || p->pause_after < 0)
        return mr_fail(MR_E_ARGUMENT, "training: epochs and batch must be positive");
    if (!(p->rate > 0) || !(p->warmup >= 0) || !(p->mixup >= 0) ||
        !(p->average >= 0 && p->average < 1))
        return mr_fail(MR_E_ARGUMENT, "training: rate, warm-up, mixup or average out of range");
    if (!(p->trunk_rate >= 0 && p->trunk_rate <= 1))
        return mr_fail(MR_E_ARGUMENT, "training: the trunk's share of the rate must be 0 to 1");
    if (task->step && p->trunk_rate < 1)
        return mr_fail(MR_E_ARGUMENT, "training: %s has no heads beside its trunk", task->name);
    MR_TRY(check_teaching(&p->teaching, task));
    if (task->step && p->mixup > 0)
        return mr_fail(MR_E_ARGUMENT, "training: %s cannot be learned from mixed pictures",
                       task->name);
    if (task->samples < (size_t)p->batch)
        return mr_fail(MR_E_ARGUMENT, "training: %zu pictures are fewer than one batch of %d",
                       task->samples, p->batch);
    return MR_OK;
}

static int loss_count(const mr_task *task) {
    return task->step ? task->loss_count : task->head_count;
}

static const char *loss_name(const mr_task *task, int k) {
    return task->step ? task->losses[k] : task->heads[k].name;
}

static mr_status name_files(training_run *run) {
    const char *out = run->params->out;
    run->network_path = mr_path_join(out, "network.txt");
    run->weights_path = mr_path_join(out, "weights.safetensors");
    run->log_path = mr_path_join(out, "training.csv");
    run->checkpoint_path = run->params->checkpoint ? strdup(run->params->checkpoint)
                                                   : mr_path_join(out, "checkpoint.safetensors");
    if (!run->network_path || !run->weights_path || !run->log_path || !run->checkpoint_path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its paths", out);
    return MR_OK;
}

/* The file that says what is trained; the folder's own when nothing else is given. */
static mr_status name_network(training_run *run) {
    const char *given = run->params->network, *from = run->params->from;
    if (given)
        run->network_source = strdup(given);
    else if (!from || access(run->network_path, F_OK) == 0)
        run->network_source = strdup(run->network_path);
    else
        run->network_source = mr_path_join(from, "network.txt");
    return run->network_source
               ? MR_OK
               : mr_fail(MR_E_MEMORY, "%s: no memory for the path of a network", run->params->out);
}

static mr_status read_network(training_run *run) {
    MR_TRY(mr_network_load(run->network_source, &run->network));
    return strcmp(run->network_source, run->network_path) == 0
               ? MR_OK
               : mr_file_read(run->network_source, NETWORK_LIMIT, &run->network_text,
                              &run->network_size);
}

/* Not before there are weights for it: a model that is there shall not lose its network's file to a
 * run that comes to nothing. */
static mr_status write_network(training_run *run) {
    if (run->network_text)
        MR_TRY(mr_file_write(run->network_path, run->network_text, run->network_size));
    free(run->network_text);
    run->network_text = NULL;
    return MR_OK;
}

static bool is_learned(const training_run *run, int output) {
    for (int k = 0; k < run->task->head_count; k++)
        if (run->outputs[k] == output)
            return true;
    return run->task->step != NULL;
}

/* An output that nothing teaches would answer at random, and nobody would be told. */
static mr_status refuse_unlearned(const training_run *run) {
    for (int output = 0; output < run->network->output_count; output++)
        if (!is_learned(run, output))
            return mr_fail(MR_E_MISMATCH, "%s: nothing would teach output '%s'%s%s",
                           run->network_source,
                           run->network->layers[run->network->outputs[output]].name,
                           run->task->hint ? ": " : "", run->task->hint ? run->task->hint : "");
    return MR_OK;
}

static mr_status find_outputs(training_run *run) {
    for (int k = 0; k < run->task->head_count; k++) {
        const mr_head *head = &run->task->heads[k];
        int output = mr_network_output_index(run->network, head->name);
        if (output < 0)
            return mr_fail(MR_E_MISMATCH, "%s: no output '%s', which %s needs", run->network_source,
                           head->name, run->task->name);
        int size = mr_network_output_size(run->network, output);
        if (size != head->classes)
            return mr_fail(MR_E_MISMATCH, "%s: output '%s' has %d values, %s needs %d",
                           run->network_source, head->name, size, run->task->name, head->classes);
        run->outputs[k] = output;
    }
    return refuse_unlearned(run);
}

static void add_setting(training_run *run, const char *format, double value) {
    size_t length = strlen(run->settings);
    snprintf(run->settings + length, sizeof run->settings - length, format, value);
}

/* What a resumed run must have in common with the one that left the checkpoint. What was added
 * later is told only where it is used, so that older checkpoints go on. */
static void describe_settings(training_run *run) {
    const mr_trainer_params *p = run->params;
    const mr_optimiser_params *o = &p->optimiser;
    snprintf(run->settings, sizeof run->settings,
             "%s samples=%zu seed=%llu epochs=%d batch=%d rate=%g final=%g warmup=%g average=%g "
             "mixup=%g %s momentum=%g beta2=%g decay=%g clip=%g",
             run->task->name, run->task->samples, (unsigned long long)p->seed, p->epochs, p->batch,
             p->rate, p->final_share, p->warmup, p->average, p->mixup,
             o->kind == MR_SGD ? "sgd" : "adamw", o->momentum, o->beta2, o->weight_decay, o->clip);
    if (p->trunk_rate < 1)
        add_setting(run, " trunk=%g", (double)p->trunk_rate);
    if (run->teachers) {
        size_t length = strlen(run->settings);
        snprintf(run->settings + length, sizeof run->settings - length, " teachers=%016llx",
                 (unsigned long long)mr_teachers_key(run->teachers));
        add_setting(run, " taught=%g", (double)p->teaching.share);
    }
}

/* The trunk slowed or frozen as the parameters say. */
static mr_status create_training(training_run *run) {
    const mr_network *network = run->network;
    float trunk_rate = run->params->trunk_rate;
    float *shares = mr_alloc((size_t)network->parameter_count * sizeof *shares);
    bool *frozen = mr_alloc((size_t)network->layer_count * sizeof *frozen);
    mr_status status = MR_OK;
    if (shares && frozen) {
        mr_trunk_shares(network, trunk_rate, shares);
        mr_optimiser_set_shares(run->state.optimiser, shares);
        if (trunk_rate == 0)
            mr_trunk_layers(network, frozen);
        status = mr_training_create_frozen(network, run->params->batch, run->state.values,
                                           run->gradients, frozen, &run->training);
    } else
        status = mr_fail(MR_E_MEMORY, "no memory for the layers");
    free(shares);
    free(frozen);
    return status;
}

static mr_status allocate(training_run *run) {
    const mr_network *network = run->network;
    run->state.values = mr_alloc(network->total * sizeof(float));
    run->state.average = mr_alloc(network->total * sizeof(float));
    run->gradients = mr_alloc(network->trainable * sizeof(float));
    if (!run->state.values || !run->state.average || !run->gradients)
        return mr_fail(MR_E_MEMORY, "no memory for the %zu weights", network->total);
    MR_TRY(mr_optimiser_create(network, &run->params->optimiser, &run->state.optimiser));
    MR_TRY(mr_batch_create(run->task, network, run->params->batch, run->params->seed, &run->batch));
    if (run->teachers)
        MR_TRY(mr_teachers_prepare(run->teachers, &run->batch));
    if (run->task->step)
        return run->task->begin(run->task->context, network, run->params, run->state.values,
                                run->gradients);
    return create_training(run);
}

/* Another network than the one of the weights takes what fits it; its other layers begin new. */
static mr_status take_weights(training_run *run, const char *path) {
    if (!run->params->network)
        return mr_weights_load(path, run->network, run->state.values);
    int taken;
    MR_TRY(mr_weights_load_matching(path, run->network, run->state.values, &taken));
    if (taken < run->network->parameter_count)
        mr_log(MR_LOG_INFO, "%s: %d of %d tensors are from %s, the others begin new",
               run->task->name, taken, run->network->parameter_count, path);
    return MR_OK;
}

static mr_status first_weights(training_run *run) {
    const char *from = run->params->from;
    mr_network_initialise(run->network, run->params->seed, run->state.values);
    if (from) {
        char *path = mr_path_join(from, "weights.safetensors");
        if (!path)
            return mr_fail(MR_E_MEMORY, "%s: no memory for its path", from);
        mr_status status = take_weights(run, path);
        free(path);
        MR_TRY(status);
    }
    memcpy(run->state.average, run->state.values, run->network->total * sizeof(float));
    return MR_OK;
}

static mr_status begin_log(training_run *run) {
    char header[1024];
    int n = snprintf(header, sizeof header, "epoch,rate,loss");
    for (int k = 0; k < loss_count(run->task); k++)
        n += snprintf(header + n, sizeof header - (size_t)n, ",loss_%s", loss_name(run->task, k));
    for (int k = 0; k < run->task->figure_count; k++)
        n += snprintf(header + n, sizeof header - (size_t)n, ",%s", run->task->figures[k]);
    snprintf(header + n, sizeof header - (size_t)n, ",score,seconds,images_per_second");
    return mr_training_log_begin(run->log_path, header, run->state.epochs, &run->log);
}

/* Only those that labelled pictures are learned from; the task asks about unlabelled ones. */
static mr_status open_teachers(training_run *run) {
    const mr_teaching *t = &run->params->teaching;
    if (t->teacher_count == 0 || t->share == 0)
        return MR_OK;
    return mr_teachers_load(t->teachers, t->teacher_count, t->temperature, &run->teachers);
}

/* From a checkpoint, which counts as this run does. */
static mr_status go_on(training_run *run) {
    mr_checkpoint *state = &run->state;
    MR_TRY(mr_checkpoint_load(run->checkpoint_path, run->network, state));
    long steps = mr_optimiser_steps(state->optimiser);
    if (state->epochs > run->params->epochs || steps != state->epochs * run->steps)
        return mr_fail(MR_E_MISMATCH,
                       "%s: %ld epochs of %ld steps together: expected at most %d of "
                       "%ld each",
                       run->checkpoint_path, state->epochs, steps, run->params->epochs, run->steps);
    return MR_OK;
}

static mr_status set_up(training_run *run) {
    const mr_trainer_params *p = run->params;
    MR_TRY(check_params(p, run->task));
    if (p->threads > 0)
        omp_set_num_threads(p->threads);
    MR_TRY(mr_folder_make(p->out));
    MR_TRY(name_files(run));
    MR_TRY(name_network(run));
    MR_TRY(read_network(run));
    MR_TRY(find_outputs(run));
    MR_TRY(open_teachers(run));
    describe_settings(run);
    MR_TRY(allocate(run));
    run->state.settings = run->settings;
    run->state.task_settings = run->task->settings;
    run->state.data = run->task->data;
    run->state.best_score = -INFINITY;
    run->steps = (long)(run->task->samples / (size_t)p->batch);
    MR_TRY(p->resume ? go_on(run) : first_weights(run));
    run->schedule = (mr_schedule){p->rate, p->final_share, lroundf(p->warmup * (float)run->steps),
                                  run->steps * p->epochs};
    return begin_log(run);
}

static void tear_down(training_run *run) {
    free(run->network_source);
    free(run->network_text);
    free(run->network_path);
    free(run->weights_path);
    free(run->log_path);
    free(run->checkpoint_path);
    mr_training_log_free(&run->log);
    mr_training_free(run->training);
    mr_teachers_free(run->teachers);
    mr_batch_free(&run->batch);
    mr_optimiser_free(run->state.optimiser);
    free(run->gradients);
    free(run->state.average);
    free(run->state.values);
    mr_network_free(run->network);
}

/* Adds each head's loss to its sum and leaves the gradients in the outputs; returns the weighted
 * sum. */
static double take_losses(training_run *run, double *sums) {
    int batch = run->params->batch;
    double all = 0;
    for (int output = 0; output < run->network->output_count; output++)
        memset(mr_training_output_gradient(run->training, output), 0,
               (size_t)batch * (size_t)mr_network_output_size(run->network, output) *
                   sizeof(float));
    for (int k = 0; k < run->task->head_count; k++) {
        const mr_head *head = &run->task->heads[k];
        const float *logits = mr_training_output(run->training, run->outputs[k]);
        float *gradient = mr_training_output_gradient(run->training, run->outputs[k]);
        const float *weights = run->batch.weights[k];
        double loss = mr_loss_cross_entropy(logits, run->batch.distributions[k], weights, batch,
                                            head->classes, head->weight, gradient);
        if (head->expectation > 0)
            loss += mr_loss_expectation(logits, run->batch.values[k], weights, batch, head->classes,
                                        head->weight * head->expectation, gradient);
        sums[k] += loss / head->weight;
        all += loss;
    }
    return all;
}

/* Gradients of a batch of a task of heads. */
static mr_status learn_heads(training_run *run, long epoch, long step, epoch_result *result,
                             double *loss) {
    const mr_trainer_params *p = run->params;
    float *input = mr_training_input(run->training);
    mr_rng rng = mr_rng_keyed(p->seed ^ STEP_STREAM, (uint64_t)epoch, (uint64_t)step);
    MR_TRY(run->teachers ? mr_teachers_teach(run->teachers, &run->batch, epoch, step, input,
                                             p->teaching.share)
                         : mr_batch_draw(&run->batch, epoch, step, input));
    if (p->mixup > 0)
        mr_batch_mix(&run->batch, p->mixup, &rng, input);
    MR_TRY(mr_training_forward(run->training, &rng));
    *loss = take_losses(run, result->losses);
    return mr_training_backward(run->training);
}

/* Gradients of a batch of a task that does its own steps. */
static mr_status learn_otherwise(training_run *run, long epoch, long step, epoch_result *result,
                                 double *loss) {
    const mr_task *task = run->task;
    double parts[MR_HEADS_MAX] = {0};
    mr_task_step asked = {epoch, step,
                          run->batch.order + (size_t)step * (size_t)run->params->batch};
    MR_TRY(task->step(task->context, &asked, parts));
    *loss = 0;
    for (int k = 0; k < task->loss_count; k++) {
        result->losses[k] += parts[k];
        *loss += parts[k];
    }
    return MR_OK;
}

static mr_status take_step(training_run *run, long epoch, long step, epoch_result *result) {
    const mr_trainer_params *p = run->params;
    double loss = 0;
    MR_TRY(run->task->step ? learn_otherwise(run, epoch, step, result, &loss)
                           : learn_heads(run, epoch, step, result, &loss));
    result->loss += loss;
    long overall = epoch * run->steps + step;
    result->rate = mr_schedule_rate(&run->schedule, overall);
    float norm =
        mr_optimiser_step(run->state.optimiser, result->rate, run->state.values, run->gradients);
    if (!isfinite(loss) || !isfinite(norm))
        return mr_fail(MR_E_LIMIT,
                       "training: epoch %ld, step %ld: the loss is not finite; a lower rate or a "
                       "clipped gradient may help",
                       epoch + 1, step + 1);
    mr_average_update(run->network->total, mr_average_decay(p->average, overall), run->state.values,
                      run->state.average);
    return MR_OK;
}

static mr_status train_epoch(training_run *run, long epoch, epoch_result *result) {
    double started = mr_now();
    char what[64];
    snprintf(what, sizeof what, "epoch %ld/%d, pictures", epoch + 1, run->params->epochs);
    mr_progress progress = mr_progress_begin(what, run->steps * run->params->batch);
    mr_batch_begin_epoch(&run->batch, epoch);
    mr_status status = MR_OK;
    for (long step = 0; step < run->steps && status == MR_OK; step++) {
        status = take_step(run, epoch, step, result);
        mr_progress_update(&progress, (step + 1) * run->params->batch);
        if (status == MR_OK && run->params->stop && *run->params->stop)
            status = mr_fail(MR_E_INTERRUPTED,
                             "training: stopped in epoch %ld; %s goes on from the one before it",
                             epoch + 1, run->checkpoint_path);
    }
    mr_progress_end(&progress);
    MR_TRY(status);
    result->loss /= (double)run->steps;
    for (int k = 0; k < loss_count(run->task); k++)
        result->losses[k] /= (double)run->steps;
    result->seconds = mr_now() - started;
    return MR_OK;
}

static mr_status write_log(training_run *run, const epoch_result *result) {
    char line[1024];
    const mr_task *task = run->task;
    int n =
        snprintf(line, sizeof line, "%ld,%.6g,%.6f", run->state.epochs, result->rate, result->loss);
    for (int k = 0; k < loss_count(task); k++)
        n += snprintf(line + n, sizeof line - (size_t)n, ",%.6f", result->losses[k]);
    for (int k = 0; k < task->figure_count; k++)
        n += snprintf(line + n, sizeof line - (size_t)n, ",%.6f", result->figures[k]);
    double images = (double)run->steps * run->params->batch;
    snprintf(line + n, sizeof line - (size_t)n, ",%.6f,%.1f,%.1f", result->score, result->seconds,
             images / result->seconds);
    mr_log(MR_LOG_INFO, "%s: %s", task->name, line);
    return mr_training_log_add(&run->log, line);
}

static mr_status save_best(const training_run *run, const epoch_result *result) {
    mr_metadata metadata[MR_FIGURES_MAX + 4] = {{"format", "moodreel-weights 1"}};
    enum { WIDTH = sizeof metadata->value };
    size_t count = 1;
    mr_metadata *task = &metadata[count++], *epoch = &metadata[count++];
    snprintf(task->key, sizeof task->key, "task");
    snprintf(task->value, WIDTH, "%s", run->task->name);
    snprintf(epoch->key, sizeof epoch->key, "epoch");
    snprintf(epoch->value, WIDTH, "%ld", run->state.epochs);
    for (int k = 0; k < run->task->figure_count; k++) {
        mr_metadata *figure = &metadata[count++];
        snprintf(figure->key, sizeof figure->key, MR_VALIDATION_PREFIX "%s", run->task->figures[k]);
        snprintf(figure->value, WIDTH, "%.6f", result->figures[k]);
    }
    mr_weight_set set = {.prefix = "", .values = run->state.average, .half = true};
    return mr_weights_save(run->weights_path, run->network, &set, 1, metadata, count);
}

/* The checkpoint comes last: whatever was cut off before it is done again. */
static mr_status finish_epoch(training_run *run, epoch_result *result) {
    MR_TRY(run->task->validate(run->task->context, run->network, run->state.average,
                               result->figures, &result->score));
    run->state.epochs++;
    MR_TRY(write_network(run));
    if (result->score > run->state.best_score) {
        run->state.best_score = result->score;
        run->state.best_epoch = run->state.epochs;
        MR_TRY(save_best(run, result));
    }
    MR_TRY(write_log(run, result));
    return mr_checkpoint_save(run->checkpoint_path, run->network, &run->state);
}

/* What cannot be drawn is no reason to lose a training. */
static void show_progress(const training_run *run) {
    char recipe[MR_SETTINGS_MAX + MR_TASK_SETTINGS_MAX + 2];
    snprintf(recipe, sizeof recipe, "%s %s", run->settings, run->task->settings);
    if (mr_report_training(run->log_path, run->params->out, recipe) != MR_OK)
        mr_log(MR_LOG_WARNING, "%s: the training goes on without its page: %s", run->task->name,
               mr_last_error());
}

static mr_status run_epochs(training_run *run) {
    long last = run->params->epochs;
    if (run->params->pause_after > 0 && run->state.epochs + run->params->pause_after < last)
        last = run->state.epochs + run->params->pause_after;
    if (run->state.epochs > 0)
        show_progress(run); /* the call before may have ended in the middle of it */
    while (run->state.epochs < last) {
        epoch_result result = {.score = 0};
        MR_TRY(train_epoch(run, run->state.epochs, &result));
        MR_TRY(finish_epoch(run, &result));
        show_progress(run);
    }
    mr_log(MR_LOG_INFO, "%s: epoch %ld of %ld is the best, score %.4f", run->task->name,
           run->state.best_epoch, run->state.epochs, run->state.best_score);
    return MR_OK;
}

/* The weights of a run that was stopped or failed are used like any others, and what they lack
 * would not show; its own failure remains the one that is told. */
static mr_status finish_weights(const training_run *run, mr_status ended) {
    const mr_task *task = run->task;
    if (!task->finish || run->state.best_epoch == 0)
        return ended;
    if (ended == MR_OK)
        return task->finish(task->context, run->params->out);
    char why[4608]; /* room for a path and what is wrong with it */
    snprintf(why, sizeof why, "%s", mr_last_error());
    if (task->finish(task->context, run->params->out) != MR_OK)
        mr_log(MR_LOG_WARNING, "%s: the weights are not finished: %s", task->name, mr_last_error());
    return mr_fail(ended, "%s", why);
}

static mr_status tell_result(const training_run *run, mr_training_result *out) {
    const mr_checkpoint *state = &run->state;
    *out = (mr_training_result){
        .epochs = state->epochs, .best_epoch = state->best_epoch, .score = state->best_score};
    return mr_training_result_read_figures(out, run->weights_path, run->task->figures,
                                           run->task->figure_count);
}

mr_status mr_trainer_run(const mr_trainer_params *params, const mr_task *task,
                         mr_training_result *out) {
    training_run run = {.params = params, .task = task};
    mr_status status = set_up(&run);
    if (status == MR_OK)
        status = finish_weights(&run, run_epochs(&run));
    if (status == MR_OK && out)
        status = tell_result(&run, out);
    tear_down(&run);
    return status;
}
