#include "learn/factor_network.h"

#include "base/file.h"
#include "base/memory.h"
#include "learn/factor_text.h"
#include "learn/model.h"
#include "learn/predict.h"
#include "learn/principal.h"
#include "nn/inference.h"
#include "nn/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH     32
#define MOST_TEXT ((size_t)1 << 20)
/* As batch normalisation adds to a variance, and the least that a channel counts. */
#define EPSILON     1e-5
#define LEAST_SCALE 1e-6

/* One convolution to be factored. */
typedef struct factored {
    mr_factor_rank *rank;
    const mr_layer *conv;
    const char *norm;        /* name of the normalisation behind it */
    double *scales;          /* how large that makes each channel */
    mr_principal *principal; /* of the answers, so scaled */
    float *answers;          /* the same of one picture */
} factored;

struct mr_factoring {
    char *text; /* of network.txt */
    mr_model model;
    factored layers[MR_FACTOR_MOST];
    mr_factor_pair pairs[MR_FACTOR_MOST]; /* the same for the text */
    int count;
};

static float *parameter_of(const mr_network *network, float *values, const char *layer,
                           const char *kind) {
    char name[MR_NAME_MAX + 32];
    snprintf(name, sizeof name, "%s.%s", layer, kind);
    for (int i = 0; i < network->parameter_count; i++)
        if (strcmp(network->parameters[i].name, name) == 0)
            return values + network->parameters[i].offset;
    return NULL;
}

static int layer_named(const mr_network *network, const char *name) {
    for (int i = 0; i < network->layer_count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return i;
    return -1;
}

/* The batch normalisation that alone reads a layer, or NULL. */
static const char *normalisation_of(const mr_network *network, int layer) {
    if (network->layers[layer].consumers != 1)
        return NULL;
    for (int i = layer + 1; i < network->layer_count; i++)
        if (network->layers[i].inputs[0] == layer)
            return network->layers[i].kind == MR_LAYER_BATCHNORM ? network->layers[i].name : NULL;
    return NULL;
}

static mr_status choose(const mr_network *network, mr_factor_rank *rank, factored *out) {
    int index = layer_named(network, rank->layer);
    if (index < 0)
        return mr_fail(MR_E_ARGUMENT, "layer '%s': the network has none of this name", rank->layer);
    const mr_layer *conv = &network->layers[index];
    const char *norm = conv->kind == MR_LAYER_CONV && !conv->bias && conv->groups == 1
                           ? normalisation_of(network, index)
                           : NULL;
    if (!norm)
        return mr_fail(MR_E_ARGUMENT,
                       "layer '%s': a convolution without bias or groups before a batch "
                       "normalisation was expected",
                       rank->layer);
    if (rank->rank < 1 || rank->rank >= conv->out)
        return mr_fail(MR_E_ARGUMENT, "layer '%s': 1 to %d filters were expected, not %d",
                       rank->layer, conv->out - 1, rank->rank);
    char basis[MR_NAME_MAX + sizeof MR_FACTOR_BASIS];
    snprintf(basis, sizeof basis, "%s" MR_FACTOR_BASIS, rank->layer);
    if (strlen(basis) >= MR_NAME_MAX || layer_named(network, basis) >= 0)
        return mr_fail(MR_E_ARGUMENT,
                       "layer '%s': no room for a layer '%s', which would feed it: the name is "
                       "taken or longer than %d letters",
                       rank->layer, basis, MR_NAME_MAX - 1);
    *out = (factored){.rank = rank, .conv = conv, .norm = norm};
    return MR_OK;
}

static mr_status prepare(mr_factoring *job, factored *layer) {
    size_t channels = (size_t)layer->conv->out;
    size_t pixels = (size_t)layer->conv->height * (size_t)layer->conv->width;
    layer->scales = mr_alloc(channels * sizeof(double));
    layer->answers = mr_alloc(channels * pixels * sizeof(float));
    if (!layer->scales || !layer->answers)
        return mr_fail(MR_E_MEMORY, "layer '%s': no memory for its answers", layer->conv->name);
    const float *gains = parameter_of(job->model.network, job->model.values, layer->norm, "scale");
    const float *variances =
        parameter_of(job->model.network, job->model.values, layer->norm, "variance");
    for (size_t c = 0; c < channels; c++)
        layer->scales[c] =
            fmax(fabs((double)gains[c]) / sqrt((double)variances[c] + EPSILON), LEAST_SCALE);
    return mr_principal_create(layer->conv->out, &layer->principal);
}

/* Adds what a layer answered to one picture. */
static mr_status add_answers(factored *layer, const float *answers) {
    int pixels = layer->conv->height * layer->conv->width;
    for (int c = 0, at = 0; c < layer->conv->out; c++)
        for (int k = 0; k < pixels; k++, at++)
            layer->answers[at] = (float)(layer->scales[c] * (double)answers[at]);
    return mr_principal_add(layer->principal, layer->answers, pixels);
}

static mr_status look_at_batch(mr_factoring *job, mr_runner *runner, const mr_network *seen,
                               const mr_factor_gallery *shown, size_t first) {
    const mr_layer *shape = mr_network_input(seen);
    size_t size = (size_t)shape->channels * (size_t)shape->height * (size_t)shape->width;
    size_t left = shown->count - first;
    size_t count = left < BATCH ? left : BATCH;
    for (size_t i = 0; i < count; i++) {
        mr_image picture = mr_pictures_view(shown->pictures, shown->indices[first + i]);
        MR_TRY(mr_picture_to_input(&picture, seen, false, mr_runner_input(runner) + i * size));
    }
    MR_TRY(mr_runner_run(runner));
    for (int l = 0; l < job->count; l++) {
        int output = job->model.network->output_count + l;
        const float *answers = mr_runner_output(runner, output);
        for (size_t i = 0; i < count; i++)
            MR_TRY(add_answers(&job->layers[l],
                               answers + i * (size_t)mr_network_output_size(seen, output)));
    }
    return MR_OK;
}

/* `seen` is the network with the layers to be factored as further outputs. */
static mr_status look_at(mr_factoring *job, const mr_network *seen,
                         const mr_factor_gallery *shown) {
    mr_plan *plan = NULL;
    mr_runner *runner = NULL;
    MR_TRY(mr_plan_create(seen, job->model.values, BATCH, &plan));
    mr_status status = mr_runner_create(plan, &runner);
    for (size_t first = 0; first < shown->count && status == MR_OK; first += BATCH)
        status = look_at_batch(job, runner, seen, shown, first);
    mr_runner_free(runner);
    mr_plan_free(plan);
    return status;
}

/* Filters that tell the principal directions. */
static void fill_basis(const factored *layer, const float *filters, size_t each, float *out) {
    for (int r = 0; r < layer->rank->rank; r++) {
        const float *direction = mr_principal_direction(layer->principal, r);
        for (size_t v = 0; v < each; v++) {
            double sum = 0;
            for (size_t c = 0; c < (size_t)layer->conv->out; c++)
                sum += (double)direction[c] * layer->scales[c] * (double)filters[c * each + v];
            *out++ = (float)sum;
        }
    }
}

/* Mixes them into the channels; the normalisation makes up for what of the mean is left out. */
static void fill_mixture(const factored *layer, float *mixture, float *mean) {
    const float *answer = mr_principal_mean(layer->principal);
    int channels = layer->conv->out, rank = layer->rank->rank;
    for (int c = 0; c < channels; c++)
        mean[c] -= (float)((double)answer[c] / layer->scales[c]);
    for (int r = 0; r < rank; r++) {
        const float *direction = mr_principal_direction(layer->principal, r);
        double along = 0;
        for (int c = 0; c < channels; c++)
            along += (double)direction[c] * (double)answer[c];
        for (int c = 0; c < channels; c++) {
            double share = (double)direction[c] / layer->scales[c];
            mixture[c * rank + r] = (float)share;
            mean[c] += (float)(share * along);
        }
    }
}

static void copy_others(const mr_factoring *job, const mr_network *made, float *values) {
    const mr_network *was = job->model.network;
    for (int i = 0; i < made->parameter_count; i++) {
        const mr_parameter *now = &made->parameters[i];
        for (int k = 0; k < was->parameter_count; k++)
            if (strcmp(was->parameters[k].name, now->name) == 0 &&
                was->parameters[k].size == now->size)
                memcpy(values + now->offset, job->model.values + was->parameters[k].offset,
                       now->size * sizeof(float));
    }
}

static mr_status fill(const mr_factoring *job, const mr_network *made, float *values) {
    copy_others(job, made, values);
    for (int i = 0; i < job->count; i++) {
        const factored *layer = &job->layers[i];
        const char *name = layer->conv->name;
        char basis_name[MR_NAME_MAX + sizeof MR_FACTOR_BASIS];
        snprintf(basis_name, sizeof basis_name, "%s" MR_FACTOR_BASIS, name);
        const float *filters = parameter_of(job->model.network, job->model.values, name, "weight");
        float *basis = parameter_of(made, values, basis_name, "weight");
        float *mixture = parameter_of(made, values, name, "weight");
        float *mean = parameter_of(made, values, layer->norm, "mean");
        if (!filters || !basis || !mixture || !mean)
            return mr_fail(MR_E_MISMATCH, "layer '%s': the new network lacks it", name);
        size_t each = (size_t)job->model.network->layers[layer->conv->inputs[0]].channels *
                      (size_t)(layer->conv->kernel * layer->conv->kernel);
        fill_basis(layer, filters, each, basis);
        fill_mixture(layer, mixture, mean);
    }
    return MR_OK;
}

static mr_status write_weights(const mr_factoring *job, const mr_network *made, const char *path) {
    float *values = mr_alloc(made->total * sizeof(float));
    if (!values)
        return mr_fail(MR_E_MEMORY, "%s: no memory for the weights", path);
    mr_status status = fill(job, made, values);
    const mr_metadata format = {"format", "moodreel-weights 1"};
    const mr_weight_set set = {.prefix = "", .values = values, .half = true};
    if (status == MR_OK)
        status = mr_weights_save(path, made, &set, 1, &format, 1);
    free(values);
    return status;
}

static mr_status write_model(const mr_factoring *job, const char *text, const char *folder,
                             mr_factor_size *size) {
    char *text_path = mr_path_join(folder, "network.txt");
    char *weights_path = mr_path_join(folder, "weights.safetensors");
    mr_network *made = NULL;
    mr_status status = text_path && weights_path
                           ? mr_network_parse(text, text_path, &made)
                           : mr_fail(MR_E_MEMORY, "%s: no memory for its paths", folder);
    if (status == MR_OK)
        status = mr_folder_make(folder);
    if (status == MR_OK)
        status = write_weights(job, made, weights_path);
    if (status == MR_OK)
        status = mr_file_write(text_path, text, strlen(text));
    if (status == MR_OK && size)
        *size = (mr_factor_size){made->total, mr_network_multiply_adds(made)};
    mr_network_free(made);
    free(weights_path);
    free(text_path);
    return status;
}

static mr_status read_model(mr_factoring *job, const char *folder) {
    MR_TRY(mr_model_load(folder, &job->model));
    char *path = mr_path_join(folder, "network.txt");
    unsigned char *text;
    size_t size;
    mr_status status = path ? mr_file_read(path, MOST_TEXT, &text, &size)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for its paths", folder);
    if (status == MR_OK)
        job->text = (char *)text;
    free(path);
    return status;
}

static mr_status look(mr_factoring *job, const mr_factor_gallery *shown) {
    char *text = mr_factor_text_watched(job->text, job->pairs, job->count);
    mr_network *seen = NULL;
    mr_status status = text ? mr_network_parse(text, "network.txt", &seen)
                            : mr_fail(MR_E_MEMORY, "no memory for the text of a network");
    if (status == MR_OK)
        status = look_at(job, seen, shown);
    mr_network_free(seen);
    free(text);
    return status;
}

static mr_status choose_all(mr_factoring *job, mr_factor_rank *ranks, int count) {
    if (count < 1 || count > MR_FACTOR_MOST ||
        job->model.network->output_count + count > MR_OUTPUTS_MAX)
        return mr_fail(MR_E_ARGUMENT,
                       "at least 1 layer and at most %d can be factored at once, and %d with the "
                       "network's outputs, not %d",
                       MR_FACTOR_MOST, MR_OUTPUTS_MAX, count);
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i; k++)
            if (strcmp(ranks[i].layer, ranks[k].layer) == 0)
                return mr_fail(MR_E_ARGUMENT, "layer '%s' is named twice", ranks[i].layer);
        MR_TRY(choose(job->model.network, &ranks[i], &job->layers[i]));
        job->pairs[i] = (mr_factor_pair){ranks[i].layer, ranks[i].rank, job->layers[i].conv->out};
        job->count++;
        MR_TRY(prepare(job, &job->layers[i]));
    }
    return MR_OK;
}

mr_status mr_factoring_begin(const char *model, mr_factor_rank *ranks, int count,
                             mr_factoring **out) {
    mr_factoring *job = mr_alloc(sizeof *job);
    if (!job)
        return mr_fail(MR_E_MEMORY, "no memory to factor a network");
    mr_status status = read_model(job, model);
    if (status == MR_OK)
        status = choose_all(job, ranks, count);
    if (status != MR_OK) {
        mr_factoring_free(job);
        return status;
    }
    *out = job;
    return MR_OK;
}

void mr_factoring_free(mr_factoring *job) {
    if (!job)
        return;
    for (int i = 0; i < job->count; i++) {
        free(job->layers[i].scales);
        free(job->layers[i].answers);
        mr_principal_free(job->layers[i].principal);
    }
    free(job->text);
    mr_model_free(&job->model);
    free(job);
}

const mr_model *mr_factoring_model(const mr_factoring *job) {
    return &job->model;
}

static mr_status solve(mr_factoring *job) {
    for (int i = 0; i < job->count; i++) {
        MR_TRY(mr_principal_solve(job->layers[i].principal));
        mr_factor_rank *rank = job->layers[i].rank;
        rank->share = mr_principal_share(job->layers[i].principal, rank->rank);
    }
    return MR_OK;
}

mr_status mr_factoring_finish(mr_factoring *job, const mr_factor_gallery *shown, const char *out,
                              mr_factor_size *before, mr_factor_size *after) {
    MR_TRY(look(job, shown));
    MR_TRY(solve(job));
    if (before)
        *before = (mr_factor_size){job->model.network->total,
                                   mr_network_multiply_adds(job->model.network)};
    char *text = mr_factor_text_make(job->text, job->pairs, job->count);
    mr_status status = text ? write_model(job, text, out, after)
                            : mr_fail(MR_E_MEMORY, "no memory for the text of a network");
    free(text);
    return status;
}
