/*
 * Parameters of a network in a safetensors file, one tensor per parameter by its name. Extra arrays
 * of the same layout (optimiser state, averages) are stored under a prefix, "momentum/stem.weight",
 * which is how a checkpoint holds everything a run needs to go on.
 */
#ifndef MR_NN_WEIGHTS_H
#define MR_NN_WEIGHTS_H

#include "nn/network.h"
#include "nn/safetensors.h"

/* One flat array to be stored: `total` floats, or only the `trainable` ones. */
typedef struct mr_weight_set {
    const char *prefix; /* "" for the weights themselves, else for example "momentum/" */
    float *values;
    bool trainable_only;
    bool half; /* matrices and filters are written in 16 bits, unless one is beyond their range */
} mr_weight_set;

/* Writes the arrays, the metadata and the fingerprint of the network. */
mr_status mr_weights_save(const char *path, const mr_network *network, const mr_weight_set *sets,
                          size_t set_count, const mr_metadata *metadata, size_t metadata_count);

/*
 * Fills the arrays of `sets` from an opened file. Every parameter must be there with its shape and
 * finite values; tensors that no set asks for are ignored only if their name holds a '/', else
 * refused. `path` is for errors. A file that tells the fingerprint of another network is refused.
 */
mr_status mr_weights_read(const mr_safetensors *file, const char *path, const mr_network *network,
                          const mr_weight_set *sets, size_t set_count);

/* Opens, reads one plain set of `network->total` floats, closes. */
mr_status mr_weights_load(const char *path, const mr_network *network, float *values);

/* For a network that grew out of another: takes the tensors that have the name and the shape of a
 * parameter, counts them in `taken`, and leaves the other parameters as they are. MR_E_MISMATCH
 * when there is none. */
mr_status mr_weights_load_matching(const char *path, const mr_network *network, float *values,
                                   int *taken);

#endif
